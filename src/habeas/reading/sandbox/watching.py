"""How much memory the processes of a sandbox hold together, seen from outside.

A limit of each process does not bound what many take together, so the parent adds up what
is theirs alone (anonymous and shared memory), descending from the process it started. What the
parent itself may hold, while it takes what they send, is limited as well.
"""

from __future__ import annotations

import resource

_FIELDS = (b"RssAnon:", b"RssShmem:")


def held_bytes(root: int) -> int:
    """Memory of ``root``'s descendants and itself; 0 for what has just ended."""
    total, todo = 0, [root]
    while todo:
        process = todo.pop()
        todo += _children(process)
        total += _own(process)
    return total


def killed_for_memory() -> int:
    """How many processes the kernel of this machine has killed because memory ran out."""
    try:
        with open("/proc/vmstat", "rb") as counts:
            found = [line.split()[1] for line in counts if line.startswith(b"oom_kill ")]
    except OSError:
        return 0
    return int(found[0]) if found else 0


def hold_more(most_bytes: int) -> None:
    """This process may hold so much memory more than it does now; past it is ``MemoryError``.

    The limit is soft: processes that it starts take limits of their own.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    with open("/proc/self/status", "rb") as status:
        held = next(int(line.split()[1]) * 1024 for line in status if line.startswith(b"VmData:"))
    most = held + most_bytes
    resource.setrlimit(
        resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard)
    )


def _own(process: int) -> int:
    try:
        with open(f"/proc/{process}/status", "rb") as status:
            lines = status.read().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(_FIELDS))


def _children(process: int) -> list[int]:
    try:
        with open(f"/proc/{process}/task/{process}/children", "rb") as children:
            return [int(child) for child in children.read().split()]
    except OSError:
        return []
