"""Pages of figures: addresses and files of what ``habeas.display.figures`` builds.

Not here: what a figure is (``habeas.figures``), or what is shown of it.
"""

__all__ = [
    "figure_pages",
]
