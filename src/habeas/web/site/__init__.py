"""The Django project: settings, URL map, the token gate and the headers of every answer."""

__all__ = [
    "gate",
    "settings",
    "viewing",
    "wsgi",
]
