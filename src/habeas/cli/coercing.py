"""What was typed, made into what a command takes, without loading pydantic where it need not be.

Typer makes every value anew with pydantic, which takes longer to load than a short command to
answer. What was not typed stays as it is, and so does text, which must be text; all else is left
to Typer. A Typer that does not do so is left alone.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import typer


def spare_pydantic(command: Any) -> None:
    """Have each parameter of a command, ``--help`` too, be coerced so."""
    command.get_params = functools.partial(_spared, command.get_params)


def _spared(get_params: Callable[[Any], list[Any]], ctx: Any) -> list[Any]:
    parameters = get_params(ctx)
    for parameter in parameters:
        make = getattr(parameter, "get_runtime_param", None)
        if make is not None and not isinstance(make, functools.partial):
            parameter.get_runtime_param = functools.partial(_AsTyped, make)
    return parameters


class _AsTyped:
    """In place of Typer's coercion of one parameter."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def coerce(self, value: Any, *, param: Any, ctx: Any) -> Any:
        takes = param.type_descriptor
        several = param.multiple or param.nargs == -1
        if takes.parameter_info.parser is None:
            if value is None:
                return () if several else None
            if takes.annotation in (bool, int) and type(value) is takes.annotation:
                return value  # a flag, or the number that is meant where none was typed
            if takes.annotation is str and not several and isinstance(value, str):
                return _text(value, param, ctx)
            if takes.annotation == list[str] and several and isinstance(value, (list, tuple)):
                return [_text(each, param, ctx) for each in value]
        return self._make().coerce(value, param=param, ctx=ctx)


def _text(value: str, param: Any, ctx: Any) -> str:
    """Python gives what is no UTF-8 as surrogates, which no database takes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise typer.BadParameter("It is not text in UTF-8.", ctx=ctx, param=param) from None
    return value
