"""An option that takes one value is refused where two are given, in every command that has one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.running import run, run_apart

from habeas.cli.app import loaded
from habeas.cli.table import ROWS, Row

DEFINITION = """\
key: held
title: People held
kind: counted
counts: person
rules:
  - {rule: has-claim, property: detained}
"""


COMMANDS = [row for row in ROWS if row.module]


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: "-".join(row.words))
def test_no_option_drops_a_value_that_was_given(row: Row) -> None:
    command = loaded(row)
    for parameter in command.params:
        if parameter.param_type_name != "option" or parameter.multiple or parameter.is_flag:
            continue
        ended = run(*row.words, parameter.opts[0], "1", parameter.opts[0], "2")
        assert ended.code == 2
        assert f"Invalid value for '{parameter.opts[0]}': it takes one value" in ended.err


def test_what_takes_several_values_and_flags_may_be_repeated(archive_here: Path) -> None:
    assert (
        run("reading", "report", "--state", "read", "--state", "failed", "--json", "--json").code
        == 0
    )


def test_a_definition_is_checked_by_a_process_that_has_opened_nothing(
    archive_here: Path, tmp_path: Path
) -> None:
    """Which code lists there are is asked of the archive, or of none."""
    path = tmp_path / "held.yaml"
    path.write_text(DEFINITION, encoding="utf-8")
    for place, answers in ((archive_here, True), (tmp_path, False)):
        ended = run_apart("figure", "check", path, "--json", cwd=place)
        assert (ended.code, ended.json["key"]) == (0, "held"), ended.said
        assert (ended.json["answer"] is not None) == answers
