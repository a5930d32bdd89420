"""What ``habeas.toml`` says of reading reaches the sandbox, and comes back as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from habeas.archive.store.settings_file import ArchiveSettings


@pytest.mark.parametrize("asked", [False, True])
def test_a_second_opinion_is_asked_for_in_the_settings(tmp_path: Path, asked: bool) -> None:
    ArchiveSettings("example.org/log", "", second_opinion=asked).write(tmp_path)
    assert ("reading_second_opinion" in (tmp_path / "habeas.toml").read_text()) == asked
    assert ArchiveSettings.read(tmp_path).second_opinion is asked


@pytest.mark.parametrize("line", ['reading_second_opinion = "false"', "", "other = true"])
def test_anything_but_true_leaves_it_off(tmp_path: Path, line: str) -> None:
    (tmp_path / "habeas.toml").write_text(f'format = 1\norigin = "example.org/log"\n{line}\n')
    assert not ArchiveSettings.read(tmp_path).second_opinion
