"""What a figure answers: from one viewer's rows to a value with its members and doubts."""

__all__ = [
    "capturing",
    "conflicts",
    "disagreement",
    "drawing",
    "episodes",
    "erased",
    "estimates",
    "evaluating",
    "holdings",
    "kept_values",
    "loading",
    "measured",
    "measuring",
    "resting",
    "results",
    "rows",
    "testimony",
    "undecided",
    "variants",
]
