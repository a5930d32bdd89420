"""The report: what a figure says, what is claimed, by whom, on what; then what the bundle holds.

One document of simple blocks, rendered as HTML (``pages``) and as PDF (``printing``). It is
made from disclosed fields only, and says nothing that the files beside it do not.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence

from habeas.archive import models as m
from habeas.archive.access import Viewer, visible
from habeas.archive.exhibits.custody_chain import CustodyStep, chain, words_of
from habeas.archive.store.pieces import in_pieces
from habeas.custody.attestation.cosignatures import read_cosignatures
from habeas.custody.log.checkpoints import Checkpoint
from habeas.exchange.bundling.attesting import Attestations
from habeas.exchange.bundling.blocks import DocumentPart, facts, heading, paragraph, points, table
from habeas.exchange.bundling.claimed import claims
from habeas.exchange.bundling.disclosing import Item, Rules
from habeas.figures.why.nodes import Node
from habeas.vocabulary import edtf
from habeas.vocabulary.errors import VocabularyError

LISTED = 2_000  # entries named one by one
_TITLES = ("Chain of custody and proof", "What is claimed, and its proof")  # without claims, with


def report(
    about: str,
    items: Sequence[Item],
    attestation: Attestations,
    viewer: Viewer,
    rules: Rules,
    level: str,
    figure: Node | None = None,
) -> list[DocumentPart]:
    """The whole report. ``figure``: the top of its tree, where nothing of it is withheld."""
    checkpoint = attestation.checkpoint
    exhibits = [item for item in items if item.kind == "exhibit" or item.file]
    of_claims = any(item.kind == "claim" for item in items)
    return [
        heading(_TITLES[of_claims], 1),
        facts(
            [
                ("About", about),
                ("Made for", f"readers of what is handled as {level} at most"),
            ]
        ),
        *_figure(figure),
        *claims(items),
        heading("How to check it"),
        facts(
            [
                ("Archive", checkpoint.origin),
                ("Signed log", f"{checkpoint.size:,} entries"),
                ("Root of the log", checkpoint.root.hex()),
                ("Entries here", f"{len(items):,}"),
            ]
        ),
        paragraph(
            "This report puts in words what the files beside it show. Where they differ, the files "
            "decide: verify.py checks them, and CHECK-BY-HAND.md shows how to do the same with "
            "sha256sum and openssl."
        ),
        *_exhibits(exhibits, {item.position: item for item in items}, viewer),
        *_transcripts(items),
        *_attested(attestation),
        heading("What is shown"),
        points(SHOWN),
        heading("What is not shown"),
        points(NOT_SHOWN),
        heading("What is withheld"),
        points(
            [
                *rules.words,
                *WITHHELD,
            ]
        ),
        *_entries(items),
    ]


def _figure(figure: Node | None) -> Iterator[DocumentPart]:
    """What a figure says, before who says what it stands on; how it was made is in its tree."""
    if figure is None:
        return
    yield heading("What the figure says")
    told = [(f"{fact.label[:1].upper()}{fact.label[1:]}", fact.value) for fact in figure.facts]
    yield facts([("Figure", figure.title), *told])
    yield paragraph(
        "Its rules, with what each kept and dropped, are in data/why/why.txt. Below is what it "
        "rests on: who says so, and on what basis."
    )


WITHHELD = (
    (
        "Everything that is handled more strictly than the level above, and whatever does not "
        "belong to what this bundle is about."
    ),
    (
        "A withheld field is in its entry as a commitment, like a sealed envelope: it can be "
        "opened later, and it cannot be swapped."
    ),
)
SHOWN = (
    "That each entry here is, unaltered, at its place in the signed log.",
    "That what is disclosed is what the entry committed to when it was made.",
    "That each file is, byte for byte, what was sealed.",
    "That the log existed by the times that others attest, where there are any.",
)
NOT_SHOWN = (
    "That what a witness, a document or a claim says is true.",
    "That a file was captured honestly, or was not altered before it was sealed.",
    "When anything happened before the first timestamp: until then, by the archive's clock only.",
    "That the archive shows all that it holds.",
    "That no one was forced to speak or to be silent.",
)


def _exhibits(
    exhibits: Sequence[Item], items: Mapping[int, Item], viewer: Viewer
) -> Iterator[DocumentPart]:
    rows = {
        row.position: row
        for some in in_pieces(exhibits)
        for row in visible(viewer, m.Exhibit).filter(position__in=[item.position for item in some])
    }
    for item in exhibits:
        f = item.fields
        name = str(f.get("title") or f.get("filename") or "")
        yield heading(f"Exhibit {item.position}{': ' if name else ''}{name}")
        yield facts(
            [
                ("File in this bundle", f"data/{item.file}" if item.file else "not handed over"),
                ("File name as received", str(f.get("filename", ""))),
                ("SHA-256", str(f.get("plain_sha256", ""))),
                ("Size", f"{f['size_bytes']:,} bytes" if "size_bytes" in f else ""),
                ("Kind of file", str(f.get("media_type", ""))),
                ("Received from", str(f.get("received_from", ""))),
                ("Received", _date(str(f.get("received_on", "")))),
                ("Note", str(f.get("note", ""))),
                ("Entry id", item.entry_id),
                ("Sealed", utc(item.time)),
            ]
        )
        if item.position in rows:
            steps = chain(viewer, rows[item.position]).steps
            told = [_disclosed(step, items) for step in steps]
            yield table(
                ("Entry", "What happened", "Who", "When and where", "Why, and what changed"),
                [_row(step) for step in told if step is not None],
            )


_FIELDS = {
    "agent": ("agent", "received_from", "reader"),
    "happened_at": ("happened_at", "received_on"),
    "place": ("place",),
    "reason": ("reason", "note"),
    "authority": ("authority",),
    "responsible": ("responsible",),
    "changed": ("changed",),
    "before_sha256": ("before_sha256", "plain_sha256"),
    "after_sha256": ("after_sha256", "plain_sha256", "text_sha256"),
    "outcome": ("outcome",),
    "person": ("person",),
}
_ATTESTED = ("time-stamped", "cosigned")


def _disclosed(step: CustodyStep, items: Mapping[int, Item]) -> CustodyStep | None:
    """The step without what its entry withholds; None where its entry is not in the bundle."""
    if step.event in _ATTESTED:
        return step
    item = items.get(step.position)
    if item is None:
        return None
    held = {
        name: value
        for name in _FIELDS
        if (value := getattr(step, name))
        and (
            (step.by == "seen" and name == "changed")
            or any(known in item.fields for known in _FIELDS[name])
        )
    }
    return CustodyStep(
        *(step.position, step.entry_id, step.by, step.event, step.recorded_at),
        **held,
        derived=step.derived if step.derived in items else None,
    )


def _row(step: CustodyStep) -> tuple[str, ...]:
    who = [step.agent, step.responsible and f"answers for it: {step.responsible}"]
    when = [_date(step.happened_at), step.place, f"recorded {utc(step.recorded_at)}"]
    why = [step.reason, step.authority and f"on the authority of {step.authority}", step.changed]
    if step.outcome:
        why.append(f"outcome: {step.outcome.replace('-', ' ')}")
    if step.derived is not None:
        why.append(f"exhibit {step.derived}")
    if step.before_sha256 and step.before_sha256 != step.after_sha256:
        why.append(f"SHA-256 before: {step.before_sha256}")
    if step.after_sha256:
        why.append(f"SHA-256: {step.after_sha256}")
    said = "stated" if step.by == "stated" else "seen by the ledger"
    return (
        str(step.position),
        f"{words_of(step.event)} ({said})",
        *(_joined([part for part in parts if part]) for parts in (who, when, why)),
    )


def _joined(parts: Sequence[str]) -> str:
    """Parts in one line, each ended as it ends itself or with a semicolon."""
    ends = [part if part.endswith(".") else f"{part};" for part in parts[:-1]]
    return " ".join([*ends, *parts[-1:]])


def _attested(attestation: Attestations) -> Iterator[DocumentPart]:
    yield heading("Who attests the log")
    notes: list[Checkpoint] = [each.checkpoint for each in attestation.earlier]
    said = [
        f"{one.key.name} cosigned the log of {checkpoint.size:,} entries, {utc(one.time)}."
        for checkpoint in (*notes, attestation.checkpoint)
        for one in read_cosignatures(checkpoint.note, attestation.partners)
    ]
    for stamp, authority in attestation.timestamps:
        said.append(
            f"{authority or 'An authority'} timestamped the log of {stamp.size:,} entries "
            f"({stamp.method}, entry {stamp.position}): data/timestamps/{stamp.position}.*"
        )
    if said:
        yield points(said)
    else:
        yield paragraph(
            "No one but the archive itself: no partner cosigned this log, and no authority "
            "timestamped it. Its times are the archive's own."
        )
    yield table(
        ("Key", "Written form"),
        [
            *(("log", key) for key in attestation.policy["log"]),
            *(("entries", key) for key in attestation.policy["entry"]),
            *(("person", key) for key in attestation.policy["people"]),
            *(("partner", key) for key in attestation.policy["partners"]),
        ],
    )


def _transcripts(items: Collection[Item]) -> Iterator[DocumentPart]:
    """Who wrote down, or translated, what is said in a recording."""
    by_id = {item.entry_id: item for item in items}
    said = []
    for item in items:
        if item.kind == "transcript":
            f = item.fields
            recording, words = (by_id.get(str(f.get(name, ""))) for name in ("exhibit", "of"))
            source = by_id.get(str(f.get("source", "")))
            who = {} if source is None else source.fields
            verb = "translated" if f.get("translates") else "transcribed"
            said.append(
                f"Exhibit {words.position if words else 'withheld'}: what is said in exhibit "
                f"{recording.position if recording else 'withheld'}, {verb} by "
                f"{who.get('name') or who.get('code') or 'someone who is withheld'} "
                f"({f.get('language', 'language withheld')}; entry {item.position})."
            )
    if said:
        yield heading("Transcripts")
        yield points(said)


def _entries(items: Collection[Item]) -> Iterator[DocumentPart]:
    yield heading("Every entry in this bundle")
    shown = list(items)[:LISTED]
    yield table(
        ("Entry", "Kind", "Recorded", "Fields disclosed", "Withheld"),
        [
            (
                str(item.position),
                item.kind or "erased",
                utc(item.time),
                ", ".join(sorted(item.fields.keys() - {"kind"}))
                if item.erased_at is None
                else f"erased by entry {item.erased_at}",
                str(item.withheld),
            )
            for item in shown
        ],
    )
    if len(items) > len(shown):
        yield paragraph(f"And {len(items) - len(shown):,} more; data/bundle.json names all.")


def utc(seconds: int) -> str:
    """A time in UTC, for people."""
    try:
        moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return f"second {seconds}"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _date(written: str) -> str:
    if not written:
        return ""
    try:
        return edtf.describe(edtf.parse(written))
    except VocabularyError:
        return written
