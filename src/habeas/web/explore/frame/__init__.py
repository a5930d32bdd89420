"""What is alike on every page: content and its twin, addresses, what is around, how to check.

Not here: a page of one kind of thing.
"""

__all__ = [
    "marks",
    "pages",
]
