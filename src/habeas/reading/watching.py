"""How much memory the processes of a sandbox hold together, seen from outside.

A limit of each process does not bound what many take together, so the parent adds up what
is theirs alone (anonymous and shared memory), descending from the process it started.
"""

from __future__ import annotations

_FIELDS = (b"RssAnon:", b"RssShmem:")


def held_bytes(root: int) -> int:
    """Memory of ``root``'s descendants and itself; 0 for what has just ended."""
    total, todo = 0, [root]
    while todo:
        process = todo.pop()
        todo += _children(process)
        total += _own(process)
    return total


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
