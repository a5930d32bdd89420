"""A bundle holds what it should, nothing that it should not, and can be checked by anybody."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from tests.archive.making import add_reviewer
from tests.exchange.bundles import (
    DEFINITION,
    HELD,
    PUBLIC,
    TEXT,
    World,
    by_archive_code,
    by_standalone,
)
from tests.support import presence

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER
from habeas.archive.access import PUBLIC as EVERYBODY
from habeas.archive.errors import ExhibitBlocked
from habeas.archive.exhibits.custody_chain import chain
from habeas.archive.verbs.blocking import block
from habeas.archive.verbs.referring import Marking
from habeas.custody.errors import BundleError
from habeas.custody.log import disclosures as sd
from habeas.exchange.bundling import writing
from habeas.exchange.bundling.choosing import choose
from habeas.exchange.bundling.disclosing import Rules
from habeas.exchange.bundling.writing import Recipient, write
from habeas.figures.errors import UnknownFigure


def everything(bundle: Path) -> bytes:
    """Every byte of a bundle, disclosures opened; the PDF as its text."""
    parts = [path.name.encode() for path in bundle.rglob("*")]
    for path in sorted(bundle.rglob("*")):
        if path.is_file():
            parts.append(path.read_bytes())
        if path.suffix == ".disclosures":
            parts += [sd.from_base64url(line) for line in path.read_bytes().splitlines()]
        if path.suffix == ".pdf":
            parts.append(pdf_text(path).encode())
    return b"\n".join(parts)


def pdf_text(path: Path) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        texts = []
        for page in document:
            text = page.get_textpage()
            texts.append(text.get_text_range())
            text.close()
            page.close()
    finally:
        document.close()
    return "\n".join(texts).replace("\u200b", "")


def test_a_bundle_of_a_record_holds_all_that_it_rests_on(bundles: Path) -> None:
    index = json.loads((bundles / "record" / "data/bundle.json").read_bytes())
    kinds = []
    for item in index["entries"]:
        lines = (bundles / "record" / "data" / item["disclosures"]).read_bytes().splitlines()
        fields = {sd.read(line)[1]: sd.read(line)[2] for line in lines}
        kinds.append(fields["kind"])
        assert not {"person", "compartment"} & fields.keys()
    assert sorted(set(kinds)) == [
        *("claim", "custody", "exhibit", "judgement", "layer", "mention", "passage", "source"),
    ]
    assert (kinds.count("claim"), kinds.count("mention"), kinds.count("passage")) == (2, 2, 2)
    (file,) = (bundles / "record" / "data/files").iterdir()
    assert file.read_text("utf-8") == TEXT
    tree = json.loads((bundles / "record" / "data/why/why.json").read_bytes())
    assert tree["kind"] == "record"
    checks = by_standalone(bundles / "record").report["checks"]
    assert {check["check"]: check["status"] for check in checks} == dict.fromkeys(
        (check["check"] for check in checks), "holds"
    )


def test_a_bundle_of_exhibits_holds_their_bytes_under_plain_names(bundles: Path) -> None:
    files = {path.name: path.read_bytes() for path in (bundles / "exhibits/data/files").iterdir()}
    assert sorted(files.values()) == sorted([TEXT.encode(), HELD])
    assert all(re.fullmatch(r"\d+-[A-Za-z0-9._-]+", name) for name in files)


def test_nothing_above_the_level_is_in_it(world: World, tmp_path: Path) -> None:
    for name, chosen in (
        ("record", choose(world.archive, "public", record=world.record)),
        ("figure", choose(world.archive, "public", figure="places")),
        ("exhibit", choose(world.archive, "public", exhibits=[world.note])),
    ):
        write(world.archive, chosen, "public", tmp_path / name)
        found = everything(tmp_path / name)
        for word in (b"Sealedword", b"Nameword", b"Innerword", b"p-"):
            assert word not in found or word == b"p-", (name, word)
    chosen = choose(world.archive, "team", exhibits=[world.note], purpose=0)
    write(world.archive, chosen, "team", tmp_path / "team")
    assert b"Innerword" in everything(tmp_path / "team")
    with pytest.raises(BundleError, match="is handled as sealed: it is not handed over"):
        choose(world.archive, "restricted", exhibits=[world.secret], purpose=0)
    with pytest.raises(BundleError, match="No handling level"):
        choose(world.archive, "everything", exhibits=[world.secret])


def test_what_is_stricter_than_the_level_is_said_to_be_and_what_is_not_there_is_not(
    world: World,
) -> None:
    with world.archive.writing() as batch:
        text = DEFINITION.replace("key: places", "key: team-places")
        verbs.define(batch, key="team-places", title="x", kind="reported", text=text)
        hidden = verbs.mention(batch, "person", "Nobody", marking=Marking(handling="restricted"))
    with pytest.raises(BundleError, match="Figure team-places is handled as team") as refused:
        choose(world.archive, "public", figure="team-places")
    assert "--level team" in refused.value.next_step
    with pytest.raises(BundleError, match="is handled as restricted"):
        choose(world.archive, "team", record=hidden.position, purpose=0)
    with pytest.raises(UnknownFigure):
        choose(world.archive, "public", figure="nowhere")
    with pytest.raises(BundleError, match="No exhibit numbered 99999"):
        choose(world.archive, "public", exhibits=[99_999])


def test_that_a_stricter_exhibit_was_made_of_it_is_not_in_it(world: World, tmp_path: Path) -> None:
    secret = m.Exhibit.objects.get(position=world.secret)
    with world.archive.writing() as batch:
        verbs.custody(
            batch,
            world.note,
            "derived",
            derived=world.secret,
            after_sha256=secret.plain_sha256,
            marking=PUBLIC,
        )
    note = m.Exhibit.objects.get(position=world.note)
    assert "derived" not in [step.event for step in chain(EVERYBODY, note).steps]
    assert "derived" in [step.event for step in chain(OWNER, note).steps]
    chosen = choose(world.archive, "public", exhibits=[world.note])
    write(world.archive, chosen, "public", tmp_path / "b")
    found = everything(tmp_path / "b")
    entry_id = m.LedgerEntry.objects.get(position=world.secret).entry_id
    assert not [word for word in (entry_id, secret.plain_sha256) if word.encode() in found]


def test_from_whom_a_strict_thing_came_is_withheld_unless_shown(
    world: World, tmp_path: Path
) -> None:
    chosen = choose(world.archive, "sealed", exhibits=[world.secret], purpose=0)
    write(world.archive, chosen, "sealed", tmp_path / "by-rule")
    found = everything(tmp_path / "by-rule")
    assert b"Sealedword" in found
    assert b"Nameword" not in found
    rules = Rules(shown=frozenset({"received_from"}))
    write(world.archive, chosen, "sealed", tmp_path / "shown", rules=rules)
    assert b"Nameword" in everything(tmp_path / "shown")
    assert by_standalone(tmp_path / "shown").result == "holds"


def test_what_is_withheld_by_name_is_in_no_file(world: World, tmp_path: Path) -> None:
    chosen = choose(world.archive, "public", exhibits=[world.note])
    rules = Rules(withheld=frozenset({"title", "received_from", "filename", "agent"}))
    write(world.archive, chosen, "public", tmp_path / "b", rules=rules)
    found = everything(tmp_path / "b")
    for word in (b"A note", b"A courier", b"note.txt"):
        assert word not in found, word
    assert by_standalone(tmp_path / "b").result == "holds"
    record = choose(world.archive, "public", record=world.record)
    rules = Rules(withheld=frozenset({"quote", "caption"}))
    write(world.archive, record, "public", tmp_path / "r", rules=rules)
    assert not (tmp_path / "r/data/why/why.json").exists()
    assert (tmp_path / "r/data/why/LEFT-OUT.txt").exists()
    words = {"caption", "value", "quote", "prefix", "suffix"}
    rules = Rules(withheld=frozenset(words))
    without = sorted(record.exhibits)
    write(world.archive, record, "public", tmp_path / "n", rules=rules, without_files=without)
    assert b"Example town" not in everything(tmp_path / "n")
    figure = choose(world.archive, "public", figure="places")
    rules = Rules(withheld=frozenset({"key", "title", "text"}))
    write(world.archive, figure, "public", tmp_path / "f", rules=rules)
    assert b"Figure places" not in everything(tmp_path / "f")
    with pytest.raises(BundleError, match="has a field 'titel'"):
        write(world.archive, chosen, "public", tmp_path / "x", rules=Rules(frozenset({"titel"})))
    with pytest.raises(BundleError, match="cannot be withheld"):
        write(world.archive, chosen, "public", tmp_path / "x", rules=Rules(frozenset({"kind"})))
    assert not (tmp_path / "x").exists()


def test_a_file_may_be_proven_and_not_handed_over(world: World, tmp_path: Path) -> None:
    chosen = choose(world.archive, "public", exhibits=[world.note, world.held])
    write(world.archive, chosen, "public", tmp_path / "b", without_files=[world.held])
    assert HELD not in everything(tmp_path / "b")
    assert len(list((tmp_path / "b/data/files").iterdir())) == 1
    assert by_standalone(tmp_path / "b").result == by_archive_code(tmp_path / "b").result == "holds"


def test_a_blocked_exhibit_is_proven_and_its_bytes_stay(world: World, tmp_path: Path) -> None:
    person = add_reviewer(world.archive)
    with world.archive.writing(person) as batch:
        block(batch, world.note, "A withdrawal.", marking=PUBLIC)
    chosen = choose(world.archive, "public", record=world.record)
    write(world.archive, chosen, "public", tmp_path / "record")
    assert not (tmp_path / "record/data/files").exists()
    assert not (tmp_path / "record/data/texts").exists()
    assert (tmp_path / f"record/data/entries/{world.note}.tlog-proof").exists()
    assert by_standalone(tmp_path / "record").result == "holds"
    chosen = choose(world.archive, "public", exhibits=[world.note])
    with pytest.raises(ExhibitBlocked):
        write(world.archive, chosen, "public", tmp_path / "exhibit")
    assert not (tmp_path / "exhibit").exists()


def test_the_same_ledger_gives_the_same_bytes(world: World, tmp_path: Path) -> None:
    chosen = choose(world.archive, "public", record=world.record)
    made = [write(world.archive, chosen, "public", tmp_path / name) for name in ("a", "b")]
    assert made[0].manifest_sha256 == made[1].manifest_sha256
    for path in (tmp_path / "a").rglob("*"):
        if path.is_file():
            assert (
                path.read_bytes()
                == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()
            )


def test_that_it_was_handed_over_is_an_event(world: World, tmp_path: Path) -> None:
    chosen = choose(world.archive, "public", exhibits=[world.note, world.held])
    given = Recipient("The team", "For court 7", "The owner", "The lead")
    made = write(world.archive, chosen, "public", tmp_path / "b", handover=given)
    assert len(made.events) == 2
    row = m.Exhibit.objects.get(position=world.note)
    step = chain(OWNER, row).steps[-1]
    assert (step.event, step.agent, step.reason) == ("exported", "The team", "For court 7")
    assert made.manifest_sha256 in step.changed


def test_a_bundle_that_fails_leaves_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = choose(world.archive, "public", exhibits=[world.note])
    size = world.archive.size
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(writing, "LARGEST", 10)
    with pytest.raises(BundleError, match="a bundle holds"):
        write(world.archive, chosen, "public", tmp_path / "out" / "b", handover=Recipient())
    monkeypatch.undo()
    world.archive.objects.path(m.Exhibit.objects.get(position=world.note).address).unlink()
    with pytest.raises(Exception, match="not in the store"):
        write(world.archive, chosen, "public", tmp_path / "out" / "b", handover=Recipient())
    assert list((tmp_path / "out").iterdir()) == []
    assert world.archive.size == size


# --- by somebody without us ------------------------------------------------------------------


def test_python_alone_checks_it_in_a_clean_place(bundles: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundles / "record", tmp_path / "b"))
    before = sorted((path, path.stat().st_mtime_ns) for path in folder.rglob("*"))
    command = [sys.executable, "-I", "-S", "verify.py"]
    for path, timestamps in ((os.defpath, "HOLDS  "), (str(tmp_path), "NOT CHECKED HERE ")):
        done = subprocess.run(
            command, cwd=folder, env={"PATH": path}, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Everything that can be checked here holds." in done.stdout
        line = next(each for each in done.stdout.splitlines() if "Others attest" in each)
        assert line.startswith(timestamps), "without openssl in the path it says so"
    assert "What this does not show:" in done.stdout
    assert before == sorted((path, path.stat().st_mtime_ns) for path in folder.rglob("*"))


@pytest.mark.parametrize("name", ["record", "exhibits"])
def test_every_command_of_the_page_runs(bundles: Path, tmp_path: Path, name: str) -> None:
    if shutil.which("openssl") is None:
        presence.missing("openssl", "install openssl")
    folder = Path(shutil.copytree(bundles / name, tmp_path / "b"))
    page = (folder / "CHECK-BY-HAND.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", page, re.M | re.S)
    assert len(blocks) > 8
    for words in ("timestamped the log", "alice.example/w cosigned", "bob.example/w cosigned"):
        assert words in page
    done = _sh(folder, tmp_path, blocks)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("Everything holds.\n")
    path = next((folder / "data/files").iterdir())
    for altered in (path, *(folder / "data/entries").glob("*.note")):
        held = altered.read_bytes()
        altered.write_bytes(held.replace(b"e", b"f", 1))
        assert _sh(folder, tmp_path, blocks[:2] + blocks[3:]).returncode != 0, altered
        altered.write_bytes(held)
        break


def _sh(folder: Path, tmp: Path, blocks: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh"],
        input="\n".join(blocks),
        cwd=folder,
        env={"PATH": os.defpath, "TMPDIR": str(tmp)},
        capture_output=True,
        text=True,
    )


def test_the_reference_library_takes_our_bags(bundles: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import bagit

        assert bagit.Bag(os.fspath(bundles / "record")).validate()


def test_the_report_begins_with_what_is_claimed_by_whom_and_on_what(bundles: Path) -> None:
    html = (bundles / "record/data/report/report.html").read_text("utf-8")
    printed = " ".join(pdf_text(bundles / "record/data/report/report.pdf").split())
    claimed = html[html.index("What is claimed") : html.index("How to check it")]
    assert html.index("How to check it") < html.index("SHA-256")
    for words in ("Who says so", "On what", "“", "(exhibit "):
        assert words in claimed
    assert "On what" in printed
    exhibits = (bundles / "exhibits/data/report/report.html").read_text("utf-8")
    assert "The entries of this bundle include no claim" in exhibits


def test_the_report_of_a_figure_begins_with_what_it_says(world: World, tmp_path: Path) -> None:
    figure = choose(world.archive, "public", figure="places")
    write(world.archive, figure, "public", tmp_path / "f")
    html = (tmp_path / "f/data/report/report.html").read_text("utf-8")
    says = html.index("What the figure says")
    told = html[says : html.index("What is claimed", says)]
    for words in ("Places that were named", "Reported", "2", "Scope", "data/why/why.txt"):
        assert words in told, words
    rules = Rules(withheld=frozenset({"key", "title", "text"}))
    write(world.archive, figure, "public", tmp_path / "w", rules=rules)
    assert "What the figure says" not in (tmp_path / "w/data/report/report.html").read_text("utf-8")


def test_the_verifier_says_what_its_words_mean(bundles: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "verify.py"],
        cwd=bundles / "exhibits",
        capture_output=True,
        text=True,
        check=True,
    )
    assert "NONE IN IT       Quotes are in the texts" in done.stdout
    assert "NONE IN IT: the bundle has nothing of this kind; that is not a fault" in done.stdout
    assert "HOLDS: checked just now, and true." in done.stdout
    assert "FAILS: " not in done.stdout  # only words that stand above
    assert "ABSENT" not in done.stdout


def test_the_report_says_what_is_shown_and_what_is_not(bundles: Path) -> None:
    html = (bundles / "exhibits/data/report/report.html").read_text("utf-8")
    assert "<script" not in html
    assert "default-src 'none'" in html
    printed = pdf_text(bundles / "exhibits/data/report/report.pdf")
    for words in (
        "What is not shown",
        "Transferred in",
        "alice.example/w cosigned",
        "Test authority",
    ):
        assert words in html
        assert words in printed
    assert "\u202e" not in html
    draft = (bundles / "exhibits/data/certification/draft.txt").read_text("utf-8")
    assert draft.startswith("DRAFT, NOT SIGNED.")
