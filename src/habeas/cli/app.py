"""The command tree, made from the table; a command's module is imported when it is met.

Invariants: listing commands imports none of them; before one is imported it is said with which
settings Django is to be set up, because importing the archive does that.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
import time
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

import habeas
from habeas.cli import coercing, collecting, repeating
from habeas.cli.given import taking_options
from habeas.cli.table import ROWS, Row

SETTINGS_MODULE = "habeas.web.site.settings"
#: The commands that serve them.
PAGES = ("serve", "demo")
_PLAIN = {"max_content_width": 100, "help_option_names": ["--help", "-h"]}


class ListByDefault(TyperGroup):
    """``habeas people`` means ``habeas people list``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h")):
            args = ["list", *args]
        return super().parse_args(ctx, args)


class MakeByDefault(TyperGroup):
    """``habeas bundle 6 --to DIR`` means ``habeas bundle make 6 --to DIR``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "--help", "-h"):
            args = ["make", *args]
        return super().parse_args(ctx, args)


class Later(TyperCommand):
    """A command as lists show it; when it is met, the command itself takes its place."""

    def __init__(self, row: Row) -> None:
        super().__init__(row.words[-1], help=row.line, rich_markup_mode=None)
        self.row = row

    def make_context(self, *args: Any, **more: Any) -> Any:
        return loaded(self.row).make_context(*args, **more)


def _typer(help_text: str, **more: Any) -> typer.Typer:
    return typer.Typer(
        help=help_text,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=_PLAIN,
        **more,
    )


@functools.cache
def loaded(row: Row) -> Any:
    """A command with its options, made once in a process: imports its module."""
    make_ready(pages=row.module in PAGES)
    function = getattr(import_module(f"habeas.cli.commands.{row.module}"), row.function)
    alone = _typer(row.line)
    alone.command(row.words[-1])(taking_options(function))
    command = typer.main.get_command(alone)
    coercing.spare_pydantic(command)
    repeating.refuse_repeated(command)
    collecting.loaded()
    return command


def make_ready(*, pages: bool) -> None:
    """Call before anything of the archive is imported: it sets Django up as it is imported.

    For a command that serves ``pages`` with their settings; else with what the archive needs, which
    loads no templates and no addresses. Either way clock times are those of UTC.
    """
    if pages and importlib.util.find_spec("habeas.web.site") is not None:
        os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS_MODULE
    elif os.environ.get("DJANGO_SETTINGS_MODULE") != SETTINGS_MODULE:
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)  # of some other program
    os.environ["TZ"] = "UTC"
    time.tzset()


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"habeas {habeas.__version__}")
        raise typer.Exit


_root = _typer(
    "An evidence ledger: every published number leads back to sealed bytes.\n\n"
    "Commands act on the archive that the current directory is in, or on --archive DIR.",
    no_args_is_help=True,
)


@_root.callback()
def _options(
    ctx: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version."),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option("--debug", help="Where the program fails, show where (may quote evidence)."),
    ] = False,
    despite_clock: Annotated[
        bool,
        typer.Option(
            "--despite-clock", help="Record also where this machine's clock cannot be right."
        ),
    ] = False,
) -> None:
    """Options of every command."""
    if (
        despite_clock or "habeas.archive.store.clock" in sys.modules
    ):  # else nothing was accepted yet
        make_ready(pages=ctx.invoked_subcommand in PAGES)
        import_module("habeas.archive.store.clock").accept(accepted=despite_clock)


def _tree() -> TyperGroup:
    """The root with the whole table under it."""
    groups: dict[tuple[str, ...], TyperGroup] = {(): _group_of(_root)}
    for row in ROWS:
        *above, name = row.words
        groups[tuple(above)].commands[name] = Later(row) if row.module else _group(row, groups)
    return groups[()]


def _group(row: Row, groups: dict[tuple[str, ...], TyperGroup]) -> TyperGroup:
    kinds: dict[str, type[TyperGroup]] = {"list": ListByDefault, "make": MakeByDefault}
    cls = kinds.get(row.otherwise, TyperGroup)
    made = _typer(row.line, cls=cls, no_args_is_help=cls is TyperGroup)
    group = groups[row.words] = _group_of(made)
    group.name = row.words[-1]
    return group


def _group_of(made: typer.Typer) -> TyperGroup:
    group = typer.main.get_group(made)
    coercing.spare_pydantic(group)
    return group


app = _tree()
