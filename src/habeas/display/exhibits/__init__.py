"""What is shown of exhibits: custody, texts, tables and pictures, the words that were chosen.

Not here: opening a file (``habeas.reading``), and nothing is recorded.
"""

__all__ = [
    "chosen",
    "exhibit",
    "layers",
    "originals",
    "placing",
    "recordings",
    "shown_places",
]
