"""How do you know? The steps from a number down to sealed bytes, and how they are printed."""

__all__ = [
    "asking",
    "claim_steps",
    "held",
    "nodes",
    "printing",
]
