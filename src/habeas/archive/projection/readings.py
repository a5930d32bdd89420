"""What the reading of a file becomes: its row, and the end of the readings before it."""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive.access import gates, under_names
from habeas.archive.projection.claims import close_what_holds
from habeas.archive.projection.projector import Projector
from habeas.archive.projection.taking_back import make_as_strict
from habeas.archive.store.facts import Fact, stored_json


def reading(p: Projector, fact: Fact) -> None:
    f = fact.fields
    exhibit, label = p.find(m.Exhibit, f["exhibit"])
    outer = p.maybe(m.Reading, f.get("within"))
    p.add(
        m.Reading,
        fact,
        p.join(p.own_label(f), label),
        exhibit=exhibit,
        inner_path=f.get("inner_path", ""),
        run=fact.position if outer is None else outer,
        state=f["state"],
        reason=f.get("reason", ""),
        missing=stored_json(f.get("missing", [])),
        warnings=stored_json(f.get("warnings", [])),
        metadata=stored_json(f.get("metadata", {})),
        media_type=f.get("media_type", ""),
        inner_sha256=f.get("inner_sha256", ""),
        size_bytes=f.get("inner_size"),
        reader=f.get("reader", ""),
        reader_version=f.get("reader_version", ""),
        settings=stored_json(f.get("settings", {})),
        pages=f.get("pages", 0),
        layer=p.maybe(m.Layer, f.get("layer")),
        map_address=fact.object_sha256 or "",
    )
    if outer is not None and f.get("media_type", "image/").startswith("image/"):
        _close_if_it_holds(p, f.get("inner_sha256", ""))
        close_under_names(p, exhibit, f.get("inner_path", ""))
    if outer is None:
        p.reread.add(exhibit)
        p.gates.read(exhibit)
        close_under_names(p, exhibit)
        if f.get("media_type", "").startswith("image/"):
            close_if_depicted(p, exhibit)


def _close_if_it_holds(p: Projector, inner_sha256: str) -> None:
    """A picture of which it was claimed whom it shows turns out to be in this file too."""
    if claims := gates.depicted_as(inner_sha256):
        p.flush()
        close_what_holds(p, claims)


def close_under_names(p: Projector, exhibit: int, inner_path: str = "") -> None:
    """The claims about people that cite what is seen in a file wait where it is a picture, and no
    longer where it is none."""
    if exhibit in p.looked_at:
        p.flush()
    claims = under_names.claims_on([exhibit], inner_path or None)
    if not claims:
        return
    p.flush()
    if gates.is_picture(exhibit, inner_path):
        for claim in sorted(claims):
            if gates.policy_at(claim) != gates.NONE:
                make_as_strict(p, m.Claim, [claim], p.labels.gate(claim))
        p.flush()
    p.gates.changed(claims)


def close_if_depicted(p: Projector, exhibit: int) -> None:
    """A file of which it was claimed whom it shows turns out to be a picture: it waits for it."""
    if claims := p.gates.depicting_claims(exhibit):
        p.flush()
        make_as_strict(p, m.Exhibit, [exhibit], p.labels.gate(exhibit))
        p.flush()
        p.gates.changed_with(claims)


def transcript(p: Projector, fact: Fact) -> None:
    """As strict as the recording, the file, its reading, the source and what it translates."""
    f = fact.fields
    exhibit, recording = p.find(m.Exhibit, f["exhibit"])
    words, file = p.find(m.Exhibit, f["of"])
    source, speaker = p.find(m.Source, f["source"])
    labels = [p.own_label(f), recording, file, speaker]
    reading = translates = None
    if f.get("reading"):
        reading, label = p.find(m.Reading, f["reading"])
        labels.append(label)
    if f.get("translates"):
        translates, label = p.find(m.Transcript, f["translates"])
        labels.append(label)
    p.add(
        m.Transcript,
        fact,
        p.join(*labels),
        exhibit=exhibit,
        transcript=words,
        reading=reading,
        source=source,
        language=f["language"],
        translates=translates,
        note=f.get("note", ""),
    )
