"""The sandbox: walls, warm workers, and one file on its way through them.

Here belongs everything that keeps a hostile file from the program. What a file says is read by
``readers``.
"""

__all__ = [
    "opening",
    "watching",
]
