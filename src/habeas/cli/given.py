"""What a command is given besides its own options: a session, or a speaker alone.

A parameter whose type is ``Given`` (a speaker, or one of the sessions) stands for the options that
the type's ``__init__`` declares: they come last in the command's help, and the object is made of
what was typed for them.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any


class Given:
    """Made of the options that its ``__init__`` declares."""


def taking_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as Typer is to see it: with options in place of what is made of them."""
    signature = inspect.signature(function, eval_str=True)
    given = next(filter(_is_given, signature.parameters.values()), None)
    if given is None:
        return function
    kind, name = given.annotation, given.name
    options = list(inspect.signature(kind, eval_str=True).parameters.values())

    @functools.wraps(function)
    def command(**typed: Any) -> Any:
        made = kind(**{option.name: typed.pop(option.name) for option in options})
        return function(**typed, **{name: made})

    own = [each for each in signature.parameters.values() if each is not given]
    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *options)]
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


def _is_given(parameter: inspect.Parameter) -> bool:
    return isinstance(parameter.annotation, type) and issubclass(parameter.annotation, Given)
