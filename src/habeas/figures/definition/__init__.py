"""What a figure asks: its definition as data, read strictly and said in words."""

__all__ = [
    "definitions",
    "list_reading",
    "naming",
    "recorded",
    "rules",
    "syntax",
    "wording",
]
