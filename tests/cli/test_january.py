"""January 2023, rebuilt with drawn pictures: an import carries a film star's portrait under an
officer's name. Nobody in it is real, and no picture shows anybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.running import Ended
from tests.support.drawn import drawn, png, put, saved_again

from habeas.archive import models as m
from habeas.archive.access import OWNER, PUBLIC, visible

Habeas = Callable[..., Ended]
OFFICERS = ("Officer One", "Officer Two", "Officer Three", "Officer Four")
STAR = 7
FIGURE = """key: officers
title: Officers of whom there is a picture
kind: counted
counts: document
unit: records
handling: public
rules:
  - {rule: has-claim, property: depicts}
"""


@pytest.fixture
def stars(tmp_path: Path) -> Path:
    """Well-known pictures that a team supplies, with whom they show."""
    files = {"a.png": png(drawn(STAR)), "b.png": png(drawn(99))}
    folder = put(tmp_path / "stars", files)
    (folder / "names.csv").write_text("file,name\na.png,Film Star\nb.png,Singer\n", "utf-8")
    return folder


@pytest.fixture
def leak(tmp_path: Path) -> Path:
    """Four officers, each with a portrait; the third one's is the film star's, saved again."""
    portraits = {f"p{n}.png": png(drawn(20 + n)) for n in range(4)}
    portraits["p2.jpg"] = saved_again(drawn(STAR))
    del portraits["p2.png"]
    folder = put(tmp_path / "leak", portraits)
    (folder / "definitions").mkdir()
    (folder / "definitions/officers.yaml").write_text(FIGURE, encoding="utf-8")
    names = ["p0.png", "p1.png", "p2.jpg", "p3.png"]
    rows = range(4)
    tables = {
        "exhibits.csv": [
            "id,file,handling",
            *(f"x{n},{names[n]},public" for n in rows),
        ],
        "sources.csv": ["id,kind,code,handling", "s,document,leak,public"],
        "mentions.csv": [
            "id,kind,caption,handling",
            *(f"m{n},person,{OFFICERS[n]},public" for n in rows),
            *(f"d{n},document,Portrait {n},public" for n in rows),
        ],
        "claims.csv": [
            "id,subject,property,value,source,exhibit,place,handling",
            *(f"n{n},m{n},name,{OFFICERS[n]},s,,,public" for n in rows),
            *(f"c{n},d{n},depicts,m{n},s,x{n},whole file,public" for n in rows),
        ],
        "consents.csv": [
            "subject,basis,audience",
            *(f"m{n},public-office,public" for n in rows),
        ],
    }
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def seen() -> set[str]:
    """What the public may read of the import."""
    mentions = visible(PUBLIC, m.Mention).values_list("caption", flat=True)
    exhibits = visible(PUBLIC, m.Exhibit).values_list("filename", flat=True)
    claims = visible(PUBLIC, m.Claim).values_list("property", flat=True)
    return {*mentions, *exhibits, *claims}


PURPOSE = ("--purpose", "To find portraits that are under a wrong name")
SAMPLE = ("--rows", "1 and 2", "--checked-by", "r-1", "--against", "the leaked page")


def test_it_stops_at_the_gate_and_forced_through_all_that_it_touched_is_listed(
    habeas: Habeas, archive_here: Path, stars: Path, leak: Path, tmp_path: Path
) -> None:
    assert habeas("people", "add", "--unprotected").code == 0
    one, two = (each["pseudonym"] for each in habeas("people", "--json").json["people"])
    by_one, by_two = ("--as", one), ("--as", two)
    known = habeas("pictures", "reference", stars, "--name", "Film and music", *by_one, "--json")
    assert known.code == 0, known.said
    list_ = str(habeas("import", leak, *by_one, "--json").json["list"])

    # At the gate: nothing of it is public, in any form.
    assert seen() == set()
    assert habeas("figure", "show", "officers", "--json").code == 0
    refused = habeas("bundle", "make", "--figure", "officers", "--to", tmp_path / "b0")
    assert refused.code != 0 or not list((tmp_path / "b0").rglob("*.age"))
    tables = habeas("export", "claims", "--to", tmp_path / "none.csv")
    assert (
        "4 are handled above public, or wait for an acceptance, a confirmation or the consent of "
        "someone." in tables.out
    )
    officer = visible(OWNER, m.Mention).filter(kind="person").first()
    assert officer is not None
    alone = habeas("bundle", "make", "--record", str(officer.position), "--to", tmp_path / "b2")
    assert "rests on a list that was not accepted yet" in alone.err
    first = habeas("accept", list_, *SAMPLE, "--reason", "Looks fine", "--yes", *by_one)
    assert first.code != 0
    assert "Not compared with others yet" in first.err
    compared = habeas("pictures", "compare", *PURPOSE, *by_one, "--json")
    assert compared.code == 0, compared.said
    (found,) = [each for each in compared.json["same"] if each["conflict"]]
    assert (found["name"], found["shown_as"]) == ("Film Star", ["Officer Three"])
    assert found["bits_apart"] <= 31
    stopped = habeas("accept", list_, *SAMPLE, "--reason", "Looks fine", "--yes", *by_one)
    assert stopped.code != 0
    assert "the well-known picture of Film Star" in stopped.err
    assert "with `--despite`" in stopped.err.replace("\n", " ")
    claims = {
        each["claim"]: each["exhibits"]
        for each in habeas("pictures", "list", "--json").json["claims"]
    }
    false = next(claim for claim, exhibits in claims.items() if found["picture"] in exhibits)
    look = ("pictures", "confirm", str(false), "shows", "--reason", "It says so", "--yes")
    assert "someone other than who claimed it" in habeas(*look, *by_one).err
    assert "Film Star" in habeas(*look, *by_two).err
    assert seen() == set()

    # Forced through, by two people who each said why.
    despite = ("--despite", "Our source is sure")
    done = habeas("accept", list_, *SAMPLE, "--reason", "Urgent", "--yes", *despite, *by_one)
    assert done.code == 0, done.said
    assert "depicts" not in seen()
    assert "p2.jpg" not in seen()
    for claim in claims:
        more = despite if claim == false else ()
        sure = ("pictures", "confirm", str(claim), "shows", "--reason", "It says so", "--yes")
        assert habeas(*sure, *more, *by_two).code == 0
    assert {"depicts", "p2.jpg", "Officer Three", "Portrait 2"} <= seen()
    bundle = habeas(
        *("bundle", "make", "--figure", "officers", "--to", tmp_path / "b1", "--json"),
        *("--why", "For a newspaper"),
    )
    assert bundle.code == 0, bundle.said

    # Tables, and bundles without the files, are out there too.
    what_for = ("--purpose", "For the tribunal's experts", *by_one, "--json")
    tables = ("--to", tmp_path / "all.csv", "--level", "team")
    exported = habeas("export", "all", *tables, *what_for).json["entry"]
    for_all = ("--to", tmp_path / "public.csv")
    outside = habeas("export", "claims", *for_all, *what_for).json["entry"]
    before = habeas("export", "claims", "--to", tmp_path / "unsaid.csv", "--json").json["entry"]
    assert before is None
    apart = ("--level", "team", "--record", str(officer.position), "--to", tmp_path / "b3")
    assert habeas("bundle", "make", *apart, *what_for).code == 0
    asked = m.StatedPurpose.objects.filter(act="bundle").order_by("-position")[0].position

    # Taken back: what it touched is listed, and gone from the public.
    fallen = habeas("retract", list_, "--dry-run", "--json").json
    names = {each["caption"] for each in fallen["records"]}
    assert names == {*OFFICERS, *(f"Portrait {n}" for n in range(4))}
    assert [figure["key"] for figure in fallen["figures"]] == ["officers"]
    assert (fallen["figures"][0]["before"], fallen["figures"][0]["after"]) == (
        "4 records",
        "0 records",
    )
    assert [each["entry"] for each in fallen["taken_out"]] == sorted((exported, outside, asked))
    assert fallen["public"] == 8
    assert {what: len(each) for what, each in fallen["stays"].items()} == {
        "consent": 4,
        "source": 1,
        "definition": 1,
        "exhibit": 4,
    }
    assert {each["purpose"] for each in fallen["taken_out"]} == {"For the tribunal's experts"}
    handed = {(each["exhibit"], each["reason"]) for each in fallen["handed_over"]}
    assert (found["picture"], "For a newspaper") in handed
    assert len(fallen["handed_over"]) == 4
    back = habeas("retract", list_, "--reason", "A film star", "--yes", *by_one)
    assert back.code == 0, back.said
    assert "Handed over, and not to be called back" in back.out
    assert "8 claims of it are public: anyone may have taken a copy" in back.out
    assert "`habeas consent withdraw` ends one" in back.out
    assert not {"depicts", "p2.jpg", "Officer Three", "Portrait 2"} & seen()
    assert habeas("verify").code == 0
    assert habeas("rebuild", "--check").code == 0


def test_a_picture_in_two_records_and_a_placeholder_are_found(
    habeas: Habeas, archive_here: Path, leak: Path, tmp_path: Path
) -> None:
    (leak / "p3.png").write_bytes(saved_again(drawn(20)))  # the first one's, again
    silhouette = put(tmp_path / "none", {"none.png": png(drawn(21))})
    made = habeas("pictures", "reference", silhouette, "--placeholders", "--json")
    assert made.json["pictures"] == 1
    list_ = str(habeas("import", leak, "--json").json["list"])
    assert "give a purpose" in habeas("pictures", "compare").err
    found = habeas("pictures", "compare", "--list", list_, *PURPOSE, "--json").json
    assert (found["pictures"], found["hashed"], found["not_compared"]) == (4, 4, {})
    said = {
        (each["is"], tuple(each["shown_as"]), tuple(each["other_shown_as"]))
        for each in found["same"]
    }
    assert ("placeholder", ("Officer Two",), ()) in said
    assert ("exhibit", ("Officer One",), ("Officer Four",)) in said
    assert all(each["conflict"] for each in found["same"])
    again = habeas("pictures", "compare", *PURPOSE, "--json").json
    assert (again["hashed"], len(again["same"])) == (0, 2)  # a pair once
    told = habeas("pictures", "list").out
    assert "said to show Officer One, is picture" in told
    assert "does not count and is not public" in told
    assert habeas("retract", str(made.json["list"]), "--reason", "Wrong set", "--yes").code == 0
    assert len(habeas("pictures", "list", "--json").json["same"]) == 1


def test_what_cannot_be_opened_is_not_taken_for_new(
    habeas: Habeas, archive_here: Path, leak: Path, tmp_path: Path
) -> None:
    (leak / "p0.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    assert habeas("import", leak).code == 0
    found = habeas("pictures", "compare", *PURPOSE, "--json").json
    assert len(found["not_compared"]) == 1
    empty = put(tmp_path / "empty", {})
    assert "no picture" in habeas("pictures", "reference", empty).err
    bad = put(tmp_path / "bad", {"a.png": b"words"})
    assert "cannot be hashed" in habeas("pictures", "reference", bad).err
    (bad / "names.csv").write_text("file,name\nmissing.png,One\n", encoding="utf-8")
    assert "missing.png" in habeas("pictures", "reference", bad).err
