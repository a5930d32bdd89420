"""demo --exercise: a made-up table, taken in as any case table is.

The table is sealed, read in the sandbox and imported by its mapping; the list that it is, its
source, what an entry is said to mean and the figures come from a folder, as anybody's do.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, live, visible
from habeas.archive.exhibits.intake import Received, add_files
from habeas.archive.opening import Archive
from habeas.archive.pipeline.flow import read_what_waits
from habeas.cli.errors import DemoOutdated
from habeas.cli.speaking import Speaker
from habeas.custody.log.notes import Signer
from habeas.demo.exercise import FOLDER, MAPPING, NAME, exercise_path, table
from habeas.exchange.case_tables import read_case_table
from habeas.exchange.folder import digest_of
from habeas.exchange.importing import import_drafts, import_folder

EXERCISE_TITLE = "SYNTHETIC: a made-up list of cases, to practise on"
SAMPLE = "only-untrustworthy"  # the figure that is explained
LISTS = 2  # that it imports


def its_person(archive: Archive) -> Signer:
    """The one person of a demonstration, who signs its imports."""
    keyring = archive.keyring
    people = keyring.people()
    person = keyring.person(people[0]) if people else keyring.add_person(None)
    if not visible(OWNER, m.Key).filter(role="person").exists():
        with archive.writing(sequence=False) as batch:
            verbs.add_person(batch, person)
    return person


def load_exercise(archive: Archive, speaker: Speaker) -> bool:
    """Seal, read and import the table unless that was done; whether it was done now."""
    folder = exercise_path() / FOLDER
    lists = list(live(visible(OWNER, m.List)).values_list("digest", flat=True))
    if digest_of(folder) in lists and len(lists) == LISTS:
        return False
    if lists:
        raise DemoOutdated(
            "This exercise was loaded by another version of habeas, or added to.",
            next_step="`habeas demo --exercise --again` deletes it and makes it again.",
        )
    person = its_person(archive)
    with speaker.progress() as progress, tempfile.TemporaryDirectory() as place:
        import_folder(archive, folder, person, progress=progress)
        path = Path(place) / NAME
        path.write_bytes(table())
        received = Received(
            path,
            title="SYNTHETIC list of cases",
            received_from="habeas",
            note="Made up by habeas for an exercise; no person is in it.",
        )
        ((_, exhibit),) = add_files(archive, [received]).exhibits
        read_what_waits(archive, workers=1, progress=progress)
        mapping = Path(place) / MAPPING
        mapping.write_text(_mapping(exhibit.position), encoding="utf-8")
        import_drafts(archive, read_case_table(archive, mapping), person, progress=progress)
    return True


def _mapping(exhibit: int) -> str:
    """The mapping of the exercise with the entries of this archive in it."""
    document = visible(OWNER, m.Mention).get(kind="document", caption="SYNTHETIC list of cases")
    source = visible(OWNER, m.Source).get(code="exercise-list")
    text = (exercise_path() / MAPPING).read_text(encoding="utf-8")
    for name, position in (
        ("#TABLE", exhibit),
        ("#LIST", document.position),
        ("#SOURCE", source.position),
    ):
        text = text.replace(name, f"#{position}")
    return text
