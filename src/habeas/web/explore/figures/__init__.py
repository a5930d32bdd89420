"""Pages of numbers: the overview, a figure with its drawings, its rules, and why.

Not here: what a figure is (``habeas.figures``).
"""

__all__ = [
    "estimates",
    "figure_pages",
    "overview",
]
