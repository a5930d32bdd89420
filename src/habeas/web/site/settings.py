"""Django settings of the whole program; ``DJANGO_SETTINGS_MODULE`` names this module.

The database is never decided here: ``archive.opening.open_archive`` connects the archive
that was asked for. Nothing here is secret: no session exists, and forms are proved by a cookie of
their own beside a token in the form (Django's), behind the gate.
"""

from __future__ import annotations

import secrets
from typing import Any

from csp.constants import NONE, SELF

DEBUG = False
SECRET_KEY = secrets.token_urlsafe(50)  # signs nothing that outlives the process
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]  # the gate pins the port as well
# Nothing of habeas is imported here: importing the archive sets Django up, with these settings.
DATABASES: dict[str, Any] = {"default": {"ENGINE": "django.db.backends.dummy"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "csp",
    "habeas.archive",
    "habeas.web.explore",
]
MIDDLEWARE = [
    "habeas.web.site.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "habeas.web.site.gate.GateMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "habeas.web.site.made_up.MadeUpMiddleware",
    "habeas.web.site.viewing.ViewingMiddleware",
]
ROOT_URLCONF = "habeas.web.site.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "DIRS": [],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": ["habeas.web.explore.frame.pages.frame"],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "habeas.web.explore.templatetags.sheets",
                "habeas.web.explore.templatetags.showing",
                "habeas.web.explore.templatetags.marking",
                "habeas.web.explore.templatetags.verbatim",
            ],
        },
    }
]

STATIC_URL = "/static/"
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MIMETYPES = {".geojson": "application/geo+json"}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
    }
}

# Forms. Two archives open in one browser share the cookie, which is no harm: each form's token is
# compared with it, and the gate has compared the port by then.
MOST_FORM_BYTES = 16_384
CSRF_COOKIE_NAME = "habeas-form"  # gate.FORM_COOKIE
CSRF_COOKIE_AGE = None  # until the browser is closed
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "habeas.web.site.gate.form_refused"
DATA_UPLOAD_MAX_MEMORY_SIZE = MOST_FORM_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    # Paths of pages are not written anywhere: they say what somebody looked at.
    "loggers": {
        "django.request": {"handlers": ["stderr"], "level": "CRITICAL", "propagate": False},
        "django.security": {"handlers": ["stderr"], "level": "CRITICAL", "propagate": False},
        "waitress": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "waitress.queue": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
    },
}
