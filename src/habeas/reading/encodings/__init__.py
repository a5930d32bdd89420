"""From bytes to letters: labels, likelihood, escapes."""

__all__ = [
    "decoding",
    "escapes",
    "labels",
    "lanes",
    "plain_text",
    "short_names",
]
