"""An option that takes one value is given once.

The parser below keeps the last of several values and says nothing: ``--figure a --figure b`` made a
bundle of b alone. Options that take several values, and flags, may be repeated.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import typer


def refuse_repeated(command: Any) -> None:
    """Have a command refuse a second value for an option that takes one."""
    command.make_parser = functools.partial(_made, command.make_parser)


def _made(make_parser: Callable[[Any], Any], ctx: Any) -> Any:
    parser = make_parser(ctx)
    for option in {*parser._short_opt.values(), *parser._long_opt.values()}:
        if option.action == "store":
            option.process = functools.partial(_once, option.process, option, ctx)
    return parser


def _once(
    process: Callable[[Any, Any], None], option: Any, ctx: Any, value: Any, state: Any
) -> None:
    if option.dest in state.opts:
        raise typer.BadParameter(
            "it takes one value and is there twice.", ctx=ctx, param=option.obj
        )
    process(value, state)
