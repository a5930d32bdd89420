"""transcript: what is said in a recording, as somebody wrote it down or translated it.

Invariants: a transcript is somebody's word, never the recording's: it names who made it and in
which language it is; its lines are those of a logged reading of a file that is an exhibit of its
own; a translation names the transcript that it translates, of the same recording.
"""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive import rules
from habeas.archive.errors import EntryRefused
from habeas.archive.ledger.appending import Batch
from habeas.archive.ledger.committed_entries import Ref
from habeas.archive.verbs.referring import TEAM, Marking, Thing, ref, refuse_ended
from habeas.vocabulary import texts


def transcript(
    batch: Batch,
    exhibit: Thing,
    of: Thing,
    source: Thing,
    language: str,
    *,
    reading: Thing,
    translates: Thing | None = None,
    note: str = "",
    marking: Marking = TEAM,
) -> Ref:
    """Record that the file ``of`` says, by ``source``, what is said in the recording.

    ``reading`` is the reading of that file whose layer holds the lines.
    """
    recording, words = ref(batch, exhibit, m.Exhibit), ref(batch, of, m.Exhibit)
    speaker, read = ref(batch, source, m.Source), ref(batch, reading, m.Reading)
    original = None if translates is None else ref(batch, translates, m.Transcript)
    rules.refuse(rules.transcript(language, itself=recording == words))
    refuse_ended(batch, speaker, m.Source)
    if original is not None:
        refuse_ended(batch, original, m.Transcript)
    batch.flush()
    _refuse_other_files(recording, words, read, original)
    batch.ended_words = None
    return batch.append(
        "transcript",
        {
            "exhibit": recording.entry_id,
            "of": words.entry_id,
            "reading": read.entry_id,
            "source": speaker.entry_id,
            "language": texts.language_tag(language),
            "translates": None if original is None else original.entry_id,
            "note": note,
            **marking.fields(batch),
        },
    )


def _refuse_other_files(recording: Ref, words: Ref, read: Ref, original: Ref | None) -> None:
    row = m.Reading.objects.filter(position=read.position).first()
    if row is None or row.exhibit != words.position or row.layer is None:
        raise EntryRefused(
            f"Entry {read.position} is not a reading of exhibit {words.position} with text.",
            next_step="Read the file again with `habeas reading retry`.",
        )
    if original is not None:
        other = m.Transcript.objects.get(position=original.position).exhibit
        if other != recording.position:
            raise EntryRefused(
                f"The transcript at entry {original.position} is of exhibit {other}, not of "
                f"exhibit {recording.position}.",
                next_step="A translation must be of the same recording.",
            )
