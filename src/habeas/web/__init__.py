"""The read-only web: Django project (``site``) and the pages (``explore``)."""

__all__ = [
    "connections",
    "serving",
]
