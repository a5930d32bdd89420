"""What stands on a thing, and what a change of it would move."""

__all__ = [
    "between",
    "comparison",
    "dependents",
    "effects",
    "otherwise",
]
