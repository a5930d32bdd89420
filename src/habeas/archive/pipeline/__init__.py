"""From sealed bytes to text that can be searched: queue, workers, crew.

``queue``   which exhibits are to be read, and who is at it (a lease, so that a killed
            worker's exhibit comes back);
``worker``  takes exhibits, reads them in the sandbox, records what came of it;
``crew``    several workers on one machine, with progress, and the index kept up to date.

Invariants: an exhibit's reading, its layers and its maps are recorded whole or not at all,
in the transaction that takes it off the queue; so whatever is stopped, nothing is lost and
nothing is recorded twice. What a file does wrong is its state; a sandbox that does not hold
stops the run.
"""

__all__ = [
    "crew",
    "flow",
    "queue",
    "states",
]
