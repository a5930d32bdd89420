"""Imports of what a record owns: checked before anything is written, and recorded in order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.archive.making import add_reviewer

from habeas.archive import models as m
from habeas.archive import records
from habeas.archive.opening import Archive
from habeas.exchange.bundling.choosing import choose
from habeas.exchange.errors import ImportRefused
from habeas.exchange.importing import import_folder
from habeas.vocabulary import datums

SOURCES = "id,kind,code,handling\ns,publication,news,public\n"
CLAIMS = """\
id,subject,property,value,source,handling
c-1,stay-1,held_from,2017,s,public
c-2,view,outline,"37.1,79.9 37.1,79.95 37.15,79.95 37.1,79.9",s,public
c-3,camp,cost,1000-2000 CNY,s,public
"""
MENTIONS = """\
id,kind,caption,of,same_as,reason
stay-1,detention,In the camp,her,,
her,person,Aygul Test,,,
stay-2,detention,The stay,she,,
she,person,Aigul Test,,,
camp,facility,Example camp,,,
view,observation,Seen in May,camp,,
"""
SAME = "left,right,verdict,reason\nstay-1,stay-2,same,One stay\nher,she,same,One woman\n"


def folder(at: Path, **files: str) -> Path:
    at.mkdir()
    for name, text in (
        {"sources": SOURCES, "claims": CLAIMS, "mentions": MENTIONS} | files
    ).items():
        (at / f"{name}.csv").write_text(text, encoding="utf-8")
    return at


def faults(archive: Archive, at: Path) -> str:
    before = archive.size
    with pytest.raises(ImportRefused) as refused:
        import_folder(archive, at, archive.keyring.person(archive.keyring.people()[0]))
    assert archive.size == before
    return "\n".join(str(each) for each in refused.value.faults)


def test_an_import_joins_persons_before_their_stays(archive: Archive, tmp_path: Path) -> None:
    signer = add_reviewer(archive)
    import_folder(archive, folder(tmp_path / "in", judgements=SAME), signer)
    at = dict(m.Mention.objects.values_list("row", "position"))
    assert records.members(at["stay-2"]) == sorted([at["stay-1"], at["stay-2"]])
    assert m.Mention.objects.get(row="view").of == at["camp"]
    assert m.Claim.objects.get(row="c-2").value_type == "outline"
    more = (
        f"id,kind,caption,of,same_as,reason\nx,detention,Again,#{at['she']},#{at['stay-1']},One\n"
    )
    claims = "id,subject,property,value,source\nc,x,held_until,2018,s\n"
    import_folder(archive, folder(tmp_path / "more", mentions=more, claims=claims), signer)
    assert len(records.members(at["stay-1"])) == 3


def test_what_does_not_fit_is_told_by_row(archive: Archive, tmp_path: Path) -> None:
    add_reviewer(archive)
    apart = SAME.replace("her,she,same,One woman\n", "")
    told = faults(archive, folder(tmp_path / "apart", judgements=apart))
    assert "judgements.csv, line 2, column verdict: Their person is not one record." in told
    wrong = (
        MENTIONS.replace("stay-2,detention,The stay,she", "stay-2,detention,The stay,camp")
        .replace("stay-1,detention,In the camp,her", "stay-1,detention,In the camp,")
        .replace("she,person,Aigul Test,,", "she,person,Aigul Test,her,")
    )
    told = faults(archive, folder(tmp_path / "wrong", mentions=wrong))
    assert "mentions.csv, line 2, column of: A detention is of a person, and none is named." in told
    assert "mentions.csv, line 4, column of: A detention is of a person, not of a facility." in told
    assert "mentions.csv, line 5, column of: A person has no owner." in told
    crossed = CLAIMS.replace("37.1,79.95 37.15,79.95", "37.15,79.95 37.1,79.95").replace(
        '37.1,79.9"', '37.15,79.9"'
    )
    told = faults(archive, folder(tmp_path / "crossed", claims=crossed))
    assert "claims.csv, line 3, column value:" in told
    assert "crosses or touches" in told


GROUPED = """\
id,subject,property,value,source
c-4,her,detained,2017,s
c-5,she,detention_type,camp,s
c-6,her,name,Aygul,s
"""
BOTH = "episode,claims,reason\nstay-1,c-4 c-5,One stay\n"


def test_an_import_groups_claims_of_one_person(archive: Archive, tmp_path: Path) -> None:
    signer = add_reviewer(archive)
    import_folder(
        archive,
        folder(tmp_path / "in", judgements=SAME, claims=GROUPED, groupings=BOTH),
        signer,
    )
    assert m.GroupedClaim.objects.count() == 2
    at = dict(m.Mention.objects.values_list("row", "position"))
    handed = choose(archive, "team", record=at["her"], preview=True).positions
    assert {at["stay-1"], at["stay-2"], m.Grouping.objects.get().position} < handed
    told = faults(archive, folder(tmp_path / "apart", claims=GROUPED, groupings=BOTH))
    assert "groupings.csv, line 2, column claims: c-5 is not about the person" in told
    wrong = BOTH + "stay-1,c-6,Named\nher,c-4,Herself\nstay-1,c-9,Nothing\nstay-1,c-4,Again\n"
    told = faults(
        archive, folder(tmp_path / "wrong", judgements=SAME, claims=GROUPED, groupings=wrong)
    )
    assert "line 3, column claims: c-6: name says nothing of a detention" in told
    assert "line 4, column episode: A person is not part of another record" in told
    assert "line 5, column claims: 'c-9' is not known" in told
    assert "line 6, column claims: c-4 is in the grouping of line 2 too" in told


def test_an_outline_whose_numbers_may_be_exchanged_is_asked_about(
    archive: Archive, tmp_path: Path
) -> None:
    add_reviewer(archive)
    swapped = CLAIMS.replace(
        "37.1,79.9 37.1,79.95 37.15,79.95 37.1,79.9", "79.9,37.1 79.95,37.1 79.95,37.15"
    )
    told = faults(archive, folder(tmp_path / "in", claims=swapped))
    assert "with the numbers exchanged it lies inside" in told


SHIFTED = "37.108785,79.907363 37.108785,79.909363 37.110785,79.909363 37.110785,79.907363"
_PLACED = """\
id,subject,property,value,as_written,source,handling
c-1,stay-1,held_from,2017,,s,public
c-2,view,outline,"{outline}","{written}",s,public
c-3,camp,location,"37.104,79.9 {precision}",,s,public
"""


def test_an_outline_in_a_shifted_datum_is_asked_about(archive: Archive, tmp_path: Path) -> None:
    signer = add_reviewer(archive)
    told = _PLACED.format(outline=SHIFTED, written="", precision="site")
    found = faults(archive, folder(tmp_path / "in", claims=told, judgements=SAME))
    assert "The outline is probably in BD-09" in found
    assert "repeat it in as_written" in found
    vague = _PLACED.format(outline=SHIFTED, written="", precision="county")
    import_folder(archive, folder(tmp_path / "vague", claims=vague, judgements=SAME), signer)
    camp = m.Mention.objects.get(row="camp").position
    site = 'id,subject,property,value,source\nc,#{},location,"37.104,79.9 site",#{}\n'
    source = m.Source.objects.get().position
    more = tmp_path / "site"
    more.mkdir()
    (more / "claims.csv").write_text(site.format(camp, source), encoding="utf-8")
    import_folder(archive, more, signer)  # a place that is stated later is compared from then on
    mentions = f"id,kind,caption,of\nview,observation,Seen in June,#{camp}\n"
    line = 'id,subject,property,value,as_written,source\nc,view,outline,"{}","{}",#{}\n'
    again = tmp_path / "again"
    again.mkdir()
    (again / "mentions.csv").write_text(mentions, encoding="utf-8")
    (again / "claims.csv").write_text(line.format(SHIFTED, "", source), encoding="utf-8")
    with pytest.raises(ImportRefused) as refused:
        import_folder(archive, again, signer)
    assert "BD-09" in str(refused.value.faults[0])
    (again / "claims.csv").write_text(line.format(SHIFTED, SHIFTED, source), encoding="utf-8")
    import_folder(archive, again, signer)


@pytest.mark.parametrize(
    ("shift", "said"),
    [
        (datums.to_gcj02, "The outline is probably in GCJ-02"),
        (datums.to_bd09, "The outline is probably in BD-09"),
    ],
)
def test_each_shift_is_told_by_its_name_and_taken_where_it_is_meant(
    archive: Archive, tmp_path: Path, shift: Callable[[datums.LatLon], datums.LatLon], said: str
) -> None:
    signer = add_reviewer(archive)
    corners = ((37.103, 79.899), (37.103, 79.901), (37.105, 79.901), (37.105, 79.899))
    outline = " ".join(f"{lat:.6f},{lon:.6f}" for lat, lon in map(shift, corners))
    told = _PLACED.format(outline=outline, written="", precision="site")
    found = faults(archive, folder(tmp_path / "in", claims=told, judgements=SAME))
    assert said in found
    assert "Convert it to WGS 84" in found
    meant = _PLACED.format(outline=outline, written=outline, precision="site")
    import_folder(archive, folder(tmp_path / "meant", claims=meant, judgements=SAME), signer)


def test_an_outline_outside_of_the_region_is_taken_where_it_is_meant(
    archive: Archive, tmp_path: Path
) -> None:
    signer = add_reviewer(archive)
    abroad = "25.1,55.1 25.1,55.2 25.2,55.2"
    meant = _PLACED.format(outline=abroad, written=abroad, precision="county")
    import_folder(archive, folder(tmp_path / "in", claims=meant, judgements=SAME), signer)


@pytest.mark.parametrize(
    ("outline", "reason"),
    [
        ("37.1,79.9 37.15,79.95 37.1,79.95 37.15,79.9", "crosses or touches"),
        ("37.1,79.9 37.1,-109.95 37.15,79.95", "more than half around the earth"),
        ("137.1,79.9 37.1,79.95 37.15,79.95", "latitude comes first"),
        ("79.9,37.1 79.95,37.1 79.95,37.15", "with the numbers exchanged"),
        ("37.1,79.9 37.1,79.95", "2 corners"),
        ("37.1,-79.9 37.1,-79.95 37.15,-79.95", "is outside of Xinjiang"),
        ("7.1,79.9 7.1,79.95 7.15,79.95", "is outside of Xinjiang"),
    ],
)
def test_a_bad_outline_is_refused_by_row(
    archive: Archive, tmp_path: Path, outline: str, reason: str
) -> None:
    add_reviewer(archive)
    told = _PLACED.format(outline=outline, written="", precision="site")
    assert reason in faults(archive, folder(tmp_path / "in", claims=told, judgements=SAME))
