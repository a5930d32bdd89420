"""How do you know? The steps from a number down to sealed bytes, and how they are printed."""
