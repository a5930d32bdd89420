"""The Django project: settings, URL map, the token gate and the headers of every answer."""
