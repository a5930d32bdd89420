"""From bytes to letters: labels, likelihood, escapes."""

__all__ = [
    "decoding",
    "escapes",
    "labels",
    "lanes",
    "old_encodings",
    "plain_text",
    "short_names",
]
