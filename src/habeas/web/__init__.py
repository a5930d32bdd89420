"""The web: Django project (``site``) and the pages (``explore``).

Pages read. The few forms that record something call one verb each.
"""

__all__ = [
    "connections",
    "serving",
]
