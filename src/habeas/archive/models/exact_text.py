"""Text in the order of code points, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField  # takes no type arguments when it runs


class ExactText(TextField):
    """Text ordered by code point on both databases; NUL is stored as U+2400 (␀)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, str | None]:
        parameters = super().db_parameters(connection)
        parameters["collation"] = "C" if connection.vendor == "postgresql" else "BINARY"
        return parameters

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value.replace("\x00", "\u2400") if isinstance(value, str) else value
