"""A new epoch, everything wrapped in it, and recovered keys that are really the archive's."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.archive.making import add_reviewer, seal_text

from habeas.archive import models as m
from habeas.archive.exhibits.intake import Received, record_with_layer, seal_all
from habeas.archive.keys import rotating
from habeas.archive.opening import Archive, open_archive
from habeas.archive.preserve import recovering
from habeas.archive.verify.verifying import verify
from habeas.custody.errors import KeyringError, RecoveryError
from habeas.custody.keys.keyring import Keyring

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def sealed(archive: Archive, tmp_path: Path) -> Archive:
    for number in range(3):
        seal_text(archive, tmp_path, f"Text {number}.", f"n{number}.txt")
    return archive


def test_all_is_wrapped_anew_in_rounds_and_opens(
    sealed: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "ROUND", 2)
    before = dict(m.ContentObjectKey.objects.values_list("address", "wrapped_identity"))
    assert sealed.keyring.rotate_epoch() == 2
    seen: list[tuple[int, int]] = []
    assert rotating.rewrap(sealed, lambda _, done, total: seen.append((done, total))) == 6
    assert seen == [(2, 6), (4, 6), (6, 6)]
    assert rotating.epochs_in_use() == {2}
    assert rotating.rewrap(sealed) == 0
    assert rotating.destroy_unused(sealed) == [1]
    again = open_archive(sealed.directory)
    assert again.keyring.epochs == (2,)
    assert verify(again).sound
    for address, wrapped in before.items():
        with pytest.raises(KeyringError, match="epoch 1"):
            again.keyring.unwrap(1, bytes(wrapped), address)


@ON_SQLITE
def test_wrapping_that_was_interrupted_goes_on(
    sealed: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "ROUND", 2)
    sealed.keyring.rotate_epoch()

    def stop(what: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotating.rewrap(sealed, stop)
    assert rotating.epochs_in_use() == {1, 2}
    assert rotating.destroy_unused(sealed) == [], "the old one is in use"
    assert verify(sealed).sound
    assert rotating.rewrap(sealed) == 4


@ON_SQLITE
def test_who_was_there_before_seals_in_the_new_epoch(sealed: Archive, tmp_path: Path) -> None:
    """Otherwise what they record would be lost when the old epoch ends."""
    other = Keyring.open(sealed.keyring.directory)
    path = tmp_path / "late.bin"
    path.write_bytes(b"\0late")
    files = seal_all(sealed, [Received(path)], [])
    other.rotate_epoch()  # another process, between sealing and recording
    assert sealed.keyring.current_epoch == 1
    with sealed.writing() as batch:
        record_with_layer(batch, files[0])
    address = files[0].sealed.address
    assert m.ContentObjectKey.objects.get(address=address).epoch == 2
    assert sealed.read_object(address) == b"\0late"


@ON_SQLITE
def test_recovered_keys_are_tried_against_the_archive(sealed: Archive, tmp_path: Path) -> None:
    keys, good = sealed.keyring.directory, sealed.keyring._content
    problems = recovering.rehearse(sealed.directory, good)
    assert problems == ["The recovery copy is older than the keys: run `habeas keys refresh`."]
    sealed.keyring.rotate_epoch()
    add_reviewer(sealed)
    seal_text(sealed, tmp_path, "In the second epoch.", "late.txt")
    assert "They do not open the 2 objects of epoch 2." in recovering.rehearse(
        sealed.directory, good
    )
    other_entry = good | {"entry": "11" * 32}
    said = " ".join(recovering.rehearse(sealed.directory, other_entry))
    assert "keys/verifiers" in said
    assert "did not sign" in said
    wrong_epoch = good | {"epochs": [{"number": 1, "key": "22" * 32}]}
    assert "objects of epoch 1." in " ".join(recovering.rehearse(sealed.directory, wrong_epoch))
    with pytest.raises(RecoveryError, match="of the archive"):
        recovering.rehearse(sealed.directory, good | {"origin": "habeas/other"})
    before = (keys / "installation").read_bytes()
    with pytest.raises(Exception, match="not those of this archive"):
        recovering.put_back(sealed.directory, other_entry, None)
    assert (keys / "installation").read_bytes() == before


@ON_SQLITE
def test_lost_keys_are_put_back(sealed: Archive) -> None:
    content = dict(sealed.keyring._content)
    (sealed.keyring.directory / "installation").unlink()
    (sealed.keyring.directory / "verifiers").unlink()
    assert recovering.put_back(sealed.directory, content, None) == []
    again = open_archive(sealed.directory)
    assert verify(again).sound
    add_reviewer(again)
