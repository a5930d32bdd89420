"""What is shown of figures: number and steps, drawings, members, estimates, the way down.

Not here: how a figure is evaluated (``habeas.figures``).
"""

__all__ = [
    "charts",
    "comparing",
    "drawings",
    "estimates",
    "figure",
    "holdings",
    "map_names",
    "measured",
    "overview",
    "places",
    "why",
]
