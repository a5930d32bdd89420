"""What a folder may hold that is no honest input: each fault is named, nothing is imported."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.archive.making import add_reviewer, seal_text

from habeas.archive import models as m
from habeas.archive.access import OWNER
from habeas.archive.exhibits.quoting import cite_once, read_text
from habeas.archive.opening import Archive
from habeas.archive.verbs.referring import Marking
from habeas.exchange.errors import ImportedAlready, ImportRefused
from habeas.exchange.importing import import_folder

FILES = {
    "exhibits.csv": "id,file\nx-1,note.txt\n",
    "sources.csv": "id,kind,code\ns-1,publication,news\n",
    "mentions.csv": "id,kind,caption\nm-1,place,Example town\n",
    "note.txt": "Twelve rooms, and twelve more.\n",
}
CLAIMS = "id,subject,property,value,source,exhibit,quote,occurrence,handling,compartment\n"
HUGE = "9" * 5_000  # more digits than Python turns into a number


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def faults(archive: Archive, folder: Path) -> list[tuple[str, int, str]]:
    person, size = add_reviewer(archive), archive.size
    with pytest.raises(ImportRefused) as caught:
        import_folder(archive, folder, person)
    assert archive.size == size
    return [(fault.file, fault.line, fault.column) for fault in caught.value.faults]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_table_under_a_misspelt_name_is_not_lost(archive: Archive, folder: Path) -> None:
    (folder / "claim.csv").write_text(CLAIMS, encoding="utf-8")
    assert faults(archive, folder) == [("claim.csv", 0, "")]
    (folder / "exhibits.csv").write_text("id,file\nx-1,claim.csv\n", encoding="utf-8")
    import_folder(archive, folder, add_reviewer(archive))  # an exhibit may be a table


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("mark", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_columns_that_commas_do_not_separate_are_one_fault(
    archive: Archive, folder: Path, mark: str, word: str
) -> None:
    text = FILES["mentions.csv"].replace(",", mark)
    (folder / "mentions.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ImportRefused) as caught:
        import_folder(archive, folder, add_reviewer(archive))
    assert [fault.reason for fault in caught.value.faults] == [
        f"The columns are separated by {word}."
    ]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("file", "text", "column"),
    [
        ("exhibits.csv", "id,file\nx-1,note\x00.txt\n", "file"),
        ("exhibits.csv", f"id,file\nx-1,{'n' * 5_000}\n", "file"),
        ("exhibits.csv", "id,file\nx-1,../out.txt\n", "file"),
        ("exhibits.csv", "id,file\nx-1,/etc/hostname\n", "file"),
        ("exhibits.csv", "id,file\nx-1,circle\n", "file"),
        ("exhibits.csv", "id,file\nx-1,away.txt\n", "file"),
        ("exhibits.csv", "id,file\nx-1,pipe\n", "file"),
        ("mentions.csv", "id,kind,caption,language\nm-1,place,A,the local one\n", "language"),
        ("mentions.csv", "id,kind,caption,script\nm-1,place,A,Arabic\n", "script"),
        ("mentions.csv", "id,kind,caption,same_as,reason\nm-1,place,A,m-1,x\n", "same_as"),
        ("mentions.csv", f"id,kind,caption,same_as,reason\nm-1,place,A,#{HUGE},x\n", "same_as"),
        ("mentions.csv", "id,kind,caption,same_as,reason\nm-1,place,A,#05,x\n", "same_as"),
        ("claims.csv", CLAIMS + f"c-1,m-1,name,A,s-1,x-1,welve,{HUGE},,\n", "occurrence"),
        ("claims.csv", CLAIMS + "c-1,m-1,name,A,s-1,x-1,welve,3,,\n", "occurrence"),
        ("claims.csv", CLAIMS + "c-1,m-1,name,A,s-1,x-1,welve,,,\n", "quote"),
    ],
)
def test_a_bad_cell_is_named(
    archive: Archive, folder: Path, file: str, text: str, column: str
) -> None:
    (folder.parent / "out.txt").write_text("not of the folder", encoding="utf-8")
    (folder / "away.txt").symlink_to(folder.parent / "out.txt")
    (folder / "circle").symlink_to(folder / "circle")
    os.mkfifo(folder / "pipe")
    (folder / file).write_text(text, encoding="utf-8")
    assert (file, 2, column) in faults(archive, folder)
    assert not m.Exhibit.objects.exists()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["claims.csv", "definitions/a.yaml"])
@pytest.mark.parametrize("what", ["link", "pipe", "folder", "dangling"])
def test_a_table_that_is_no_file_of_the_folder_is_not_read(
    archive: Archive, folder: Path, name: str, what: str
) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    outside = folder.parent / "outside"
    outside.write_text("id,subject,property,value,source\n", encoding="utf-8")
    match what:
        case "link":
            path.symlink_to(outside)
        case "dangling":
            path.symlink_to(folder / "nothing")
        case "pipe":
            os.mkfifo(path)
        case _:
            path.mkdir()
    assert faults(archive, folder) == [(name, 0, "")]


def test_a_long_language_fits_both_databases(archive: Archive, folder: Path) -> None:
    tag = "zh-hant-tw-x-aaaaaaaa-bbbbbbbb"
    (folder / "mentions.csv").write_text(f"id,kind,caption,language\nm-1,place,A,{tag}\n")
    import_folder(archive, folder, add_reviewer(archive))
    assert m.Mention.objects.get().language == tag


def test_a_claim_is_no_stricter_because_another_quotes_the_same(
    archive: Archive, folder: Path
) -> None:
    header = "id,file,handling\n"
    (folder / "exhibits.csv").write_text(header + "x-1,note.txt,public\n", encoding="utf-8")
    (folder / "sources.csv").write_text(
        "id,kind,code,handling\ns-1,publication,news,public\n", encoding="utf-8"
    )
    (folder / "mentions.csv").write_text(
        "id,kind,caption,handling\nm-1,place,Example town,public\n", encoding="utf-8"
    )
    rows = "".join(
        f"{name},m-1,name,A,s-1,x-1,Twelve rooms,,{handling},\n"
        for name, handling in (("c-1", "sealed"), ("c-2", "public"))
    )
    (folder / "claims.csv").write_text(CLAIMS + rows, encoding="utf-8")
    import_folder(archive, folder, add_reviewer(archive))
    labels = dict(m.Claim.objects.values_list("row", "label"))
    levels = {row: m.Label.objects.get(id=label).level for row, label in labels.items()}
    assert levels == {"c-1": 3, "c-2": 0}


def test_an_import_that_another_process_made_meanwhile_is_not_made_twice(
    archive: Archive, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = add_reviewer(archive)
    from habeas.exchange import importing

    seal = importing._seal

    def meanwhile(*given: object) -> object:
        monkeypatch.setattr(importing, "_seal", seal)
        import_folder(archive, folder, person)
        return seal(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "_seal", meanwhile)
    with pytest.raises(ImportedAlready):
        import_folder(archive, folder, person)
    assert m.List.objects.count() == m.Exhibit.objects.count() == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_claim_rests_on_passages_that_were_cited_before(
    archive: Archive, folder: Path, tmp_path: Path
) -> None:
    _, layer = seal_text(archive, tmp_path, "Twelve rooms, and a yard.")
    read = read_text(archive, OWNER, m.Layer.objects.get(position=layer.position).exhibit)
    cited = [
        cite_once(archive, read.layer, read.text, *at, Marking())[0] for at in ((0, 6), (20, 24))
    ]
    header = "id,subject,property,value,source,exhibit,quote,occurrence,passages\n"
    row = f"c-1,m-1,name,Yard,s-1,x-1,twelve more,1,#{cited[1]} #{cited[0]} #{cited[1]}\n"
    (folder / "claims.csv").write_text(header + row, encoding="utf-8")
    import_folder(archive, folder, add_reviewer(archive))
    (claim,) = m.Claim.objects.all()
    rests = m.ClaimPassage.objects.filter(claim=claim.position).order_by("ordinal")
    quotes = dict(m.Passage.objects.values_list("position", "quote"))
    assert [quotes[one.passage] for one in rests] == ["twelve more", "yard", "Twelve"]
    wrong = header + f"c-1,m-1,name,A,s-1,,,,#{layer.position}\nc-2,m-1,name,A,s-1,,,,236\n"
    (folder / "claims.csv").write_text(wrong, encoding="utf-8")
    at = [("claims.csv", line, "passages") for line in (2, 3)]
    assert faults(archive, folder) == at


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("spoilt", "text", "its_own", "column"),
    [
        ("mentions.csv", "id,kind,caption,colour\nm-1,place,x,y\n", (1, "colour"), "subject"),
        ("mentions.csv", 'id,kind,caption\nm-1,place,"x\n', (2, ""), "subject"),
        ("mentions.csv", "id,kind,caption\nm-1,place,a, b\n", (2, ""), "subject"),
        ("sources.csv", "id,kind\ns-1,publication\n", (1, "code"), "source"),
        ("exhibits.csv", "id,file\nx-1,gone.txt\n", (2, "file"), "quote"),
    ],
)
def test_what_follows_from_another_fault_is_said_once(
    archive: Archive,
    folder: Path,
    spoilt: str,
    text: str,
    its_own: tuple[int, str],
    column: str,
) -> None:
    rows = [f"c-{n},m-1,name,A name,s-1,x-1,twelve more,,,\n" for n in range(3)]
    (folder / "claims.csv").write_text(CLAIMS + "".join(rows), encoding="utf-8")
    (folder / spoilt).write_text(text, encoding="utf-8")
    assert faults(archive, folder) == [(spoilt, *its_own), ("claims.csv", 0, column)]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_does_not_follow_is_named_beside_it(archive: Archive, folder: Path) -> None:
    """A row that was left out excuses its own name only, and no number of the archive."""
    (folder / "mentions.csv").write_text("id,kind,caption\nm-1,place,a, b\n", encoding="utf-8")
    rows = [f"c-{name},{name},name,A name,s-1,,,,,\n" for name in ("m-2", "m-1", "#9")]
    (folder / "claims.csv").write_text(CLAIMS + "".join(rows), encoding="utf-8")
    assert faults(archive, folder) == [
        ("mentions.csv", 2, ""),
        ("claims.csv", 0, "subject"),
        ("claims.csv", 2, "subject"),
        ("claims.csv", 4, "subject"),
    ]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_fault_of_its_own_is_not_hidden_by_a_table_that_ends_early(
    archive: Archive, folder: Path
) -> None:
    (folder / "bin.dat").write_bytes(b"\xff\xfe")
    rows = 'id,file\nx-1,note.txt\nx-2,bin.dat\nx-3,"note.txt\n'
    (folder / "exhibits.csv").write_text(rows, encoding="utf-8")
    claim = "c-1,m-1,name,A name,s-1,x-2,twelve more,,,\n"
    (folder / "claims.csv").write_text(CLAIMS + claim, encoding="utf-8")
    found = faults(archive, folder)
    assert ("claims.csv", 2, "exhibit") in found


def told(archive: Archive, folder: Path) -> dict[int, str]:
    """The faults of claims.csv by line, in words."""
    person = add_reviewer(archive)
    with pytest.raises(ImportRefused) as caught:
        import_folder(archive, folder, person)
    return {fault.line: f"{fault.reason} {fault.valid}" for fault in caught.value.faults}


def claims_of(folder: Path, *rows: str, columns: str = "") -> None:
    head = f"id,subject,property,value,source,as_written{columns}\n"
    lines = [f"c-{number},m-1,{row}\n" for number, row in enumerate(rows, 1)]
    (folder / "claims.csv").write_text(head + "".join(lines), encoding="utf-8")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_cases_are_asked_about_or_refused_by_row(archive: Archive, cases: Path) -> None:
    assert "2018-04-01?" in told(archive, cases / "import" / "dates")[2]
    found = told(archive, cases / "import" / "coords")
    assert set(found) == {2, 3, 4, 5, 6}
    assert "37.08,80.18 county?" in found[3]
    assert "37.08,80.18 county?" in found[4]
    assert "sea" in found[5]
    assert set(told(archive, cases / "import" / "formula")) == {2, 3, 4}
    assert "U+0000" in told(archive, cases / "import" / "nul")[2]
    assert import_folder(archive, cases / "import" / "emptycols", add_reviewer(archive)) is not None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "cell",
    [
        "#N/A",
        "#REF!",
        "#DIV/0!",
        "NULL",
        "NaN",
        "n/a",
        "=A1+B1",
        "=SUM(A1:A9)",
        "=Sheet1!A1",
        "\\N",
    ],
)
def test_what_nobody_wrote_is_refused_unless_it_was_written(
    archive: Archive, folder: Path, cell: str
) -> None:
    claims_of(folder, f"description,{cell},s-1,")
    assert set(told(archive, folder)) == {2}
    claims_of(folder, f"description,{cell},s-1,{cell}")
    import_folder(archive, folder, add_reviewer(archive))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_values_that_lie_far_off_are_asked_about(archive: Archive, folder: Path) -> None:
    claims_of(
        folder,
        'location,"0,0 exact",s-1,', 'location,"80.18,37.08 county",s-1,',
        'location,"37.08,80.18 county",s-1,', 'location,"51.5,-0.1 settlement",s-1,',
    )  # fmt: skip
    assert set(told(archive, folder)) == {2, 3}
    claims_of(folder, 'location,"0,0 exact",s-1,"0,0 exact"')
    import_folder(archive, folder, add_reviewer(archive))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_dates_of_other_calendars_are_asked_about(archive: Archive, folder: Path) -> None:
    people = "id,kind,caption\nm-1,person,Example Person\n"
    (folder / "mentions.csv").write_text(people, encoding="utf-8")
    dates = ("1397-03-15", "Y43191", "2017", "../2018", "1890", "0018-06-05", "1397")
    claims_of(folder, *(f"birth_date,{date},s-1," for date in dates))
    assert set(told(archive, folder)) == {2, 3, 7, 8}
    claims_of(folder, "birth_date,1397,s-1,1397")
    import_folder(archive, folder, add_reviewer(archive))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_columns_without_a_name_may_be_empty_only(archive: Archive, folder: Path) -> None:
    claims_of(folder, "description,one,s-1,,,", "description,two,s-1,,,,,", columns=",,")
    import_folder(archive, folder, add_reviewer(archive))
    claims_of(folder, "description,three,s-1,,,stray", columns=",,")
    assert "Column 8 has no name" in told(archive, folder)[2]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_characters_that_no_text_has_are_refused_by_row(archive: Archive, folder: Path) -> None:
    claims_of(folder, "description,a\x01b,s-1,", "description,c\x1fd,s-1,")
    assert {2, 3} <= set(told(archive, folder))


DEFINITION = """\
key: towns
title: Towns
kind: counted
counts: place
rules:
  - {rule: record, is: Example town}
"""


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_definition_more_open_than_what_it_names_is_a_fault(
    archive: Archive, folder: Path
) -> None:
    mentions = "id,kind,caption,handling\nm-1,place,Example town,sealed\n"
    (folder / "mentions.csv").write_text(mentions, encoding="utf-8")
    (folder / "definitions").mkdir()
    written = folder / "definitions" / "a.yaml"
    written.write_text(DEFINITION + "handling: public\n", encoding="utf-8")
    assert faults(archive, folder) == [("definitions/a.yaml", 0, "handling")]
    written.write_text(DEFINITION + "handling: sealed\n", encoding="utf-8")
    import_folder(archive, folder, add_reviewer(archive))
