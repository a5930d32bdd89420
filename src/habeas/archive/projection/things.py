"""What entries about things become, but for claims: each adds a row, of which few end others.

The archive itself with its vocabularies, regions and compartments; exhibits, their custody events,
layers and passages; sources and lineage; lists and mentions. With them the keys of names
(``named``), made anew when the regions change. Readings and transcripts: ``readings``.
"""

from __future__ import annotations

import json

from habeas.archive import models as m
from habeas.archive import regions
from habeas.archive.access.gates import GateRules
from habeas.archive.access.labels import LEVELS
from habeas.archive.projection import name_keys
from habeas.archive.projection.ending import end
from habeas.archive.projection.projector import Projector
from habeas.archive.store.facts import Fact, stored_json
from habeas.custody.trust.persons import TrustRules
from habeas.vocabulary import locations

#: Keys of names that are held until they are written.
_MOST_KEYS = 50_000
_OF_AN_EVENT = (
    *("agent", "happened_at", "place", "reason", "authority", "responsible", "changed"),
    *("before_sha256", "after_sha256", "outcome", "person"),
)


def archive(p: Projector, fact: Fact) -> None:
    f = fact.fields
    label = p.own_label(f)
    p.add(m.ArchiveTitle, fact, label, title=f["title"], made_by=f.get("made_by", ""))
    if "approver_age_seconds" in f:
        p.add(m.TrustPolicy, fact, label, **TrustRules.read(f).fields())
    if "acceptance" in f:
        p.gates.rules = rules = GateRules.read(f)
        p.add(m.GatePolicy, fact, label, **rules._asdict())


def vocabulary(p: Projector, fact: Fact) -> None:
    f = fact.fields
    p.add(m.Vocabulary, fact, p.own_label(f), digest=f["digest"], name=f["name"])


def region(p: Projector, fact: Fact) -> None:
    """The choice of regions, beside the vocabularies: it says which one is in force."""
    f = fact.fields
    p.flush()
    p.region = regions.of_entry(f["regions"])
    p.add(m.Vocabulary, fact, p.own_label(f), digest=p.region.digest, name=regions.NAME)
    m.NameKey.objects.all().delete()  # how a name may sound is another matter now
    mentions = m.Mention.objects.values_list("position", "caption", "label")
    for position, caption, label in mentions.iterator():
        named(p, position, position, caption, label)
        if len(p.rows[m.NameKey]) > _MOST_KEYS:
            p.flush()
    given = m.Claim.objects.filter(property__in=name_keys.PROPERTIES, stance="asserts")
    said = given.values_list("position", "subject", "value", "label")
    for position, subject, value, label in said.iterator():
        if "text" in (told := json.loads(value)):
            named(p, position, subject, told["text"], label)
        if len(p.rows[m.NameKey]) > _MOST_KEYS:
            p.flush()


def compartment(p: Projector, fact: Fact) -> None:
    f = fact.fields
    label = p.labels.of(fact.position, LEVELS["team"])
    p.add(m.Compartment, fact, label, key=f["key"], title=f["title"])


def exhibit(p: Projector, fact: Fact) -> None:
    f = fact.fields
    label = p.own_label(f)
    p.add(
        m.Exhibit,
        fact,
        label,
        address=fact.object_sha256,
        plain_sha256=f["plain_sha256"],
        size_bytes=f["size_bytes"],
        filename=f["filename"],
        media_type=f.get("media_type", ""),
        title=f.get("title", ""),
        received_from=f.get("received_from", ""),
        received_on=f.get("received_on", ""),
        note=f.get("note", ""),
    )
    p.row(
        m.CustodyEvent,
        position=fact.position,
        label=label,
        exhibit=fact.position,
        event="sealed",
        agent=f.get("received_from", ""),
        happened_at=f.get("received_on", ""),
        reason=f.get("note", ""),
    )


def custody(p: Projector, fact: Fact) -> None:
    f = fact.fields
    exhibit, label = p.find(m.Exhibit, f["exhibit"])
    parts = [p.own_label(f), label]
    if "derived" in f:  # the event holds its id, and often its hash
        parts.append(p.label_of(m.Exhibit, f["derived"]))
    p.add(
        m.CustodyEvent,
        fact,
        p.join(*parts),
        exhibit=exhibit,
        event=f["event"],
        derived=p.maybe(m.Exhibit, f.get("derived")),
        **{name: f.get(name, "") for name in _OF_AN_EVENT},
    )


def layer(p: Projector, fact: Fact) -> None:
    f = fact.fields
    exhibit, label = p.find(m.Exhibit, f["exhibit"])
    p.add(
        m.Layer,
        fact,
        p.join(p.own_label(f), label),
        exhibit=exhibit,
        inner_path=f.get("inner_path", ""),
        address=fact.object_sha256,
        text_sha256=f["text_sha256"],
        reader=f["reader"],
        reader_version=f["reader_version"],
        settings=stored_json(f["settings"]),
        length=f["length"],
    )


def passage(p: Projector, fact: Fact) -> None:
    """Words of a text, or a location: as strict as the exhibit, the reading that bounds it and the
    text that it is in."""
    f = fact.fields
    exhibit, label = p.find(m.Exhibit, f["exhibit"])
    parts = [p.own_label(f), label]
    if "reading" in f:
        parts.append(p.label_of(m.Reading, f["reading"]))
    if "layer" in f:
        parts.append(p.label_of(m.Layer, f["layer"]))
    form = f.get("form", "")
    place = stored_json(locations.of_fields(f).numbers) if form else ""
    p.cited(fact.position, exhibit, f.get("inner_path", ""), form, place)
    p.add(
        m.Passage,
        fact,
        p.join(*parts),
        exhibit=exhibit,
        layer=p.maybe(m.Layer, f.get("layer")),
        start=f.get("start", 0),
        stop=f.get("stop", 0),
        quote=f.get("quote", ""),
        prefix=f.get("prefix", ""),
        suffix=f.get("suffix", ""),
        form=form,
        reading=p.maybe(m.Reading, f.get("reading")),
        inner_path=f.get("inner_path", ""),
        place=place,
    )


def source(p: Projector, fact: Fact) -> None:
    f = fact.fields
    previous = p.maybe(m.Source, f.get("previous"))
    needs_consent = f["source_kind"] in ("person", "witness")
    if needs_consent:
        p.agreements.made(fact.position)
    p.add(
        m.Source,
        fact,
        p.own_label(f, fact.position if needs_consent else None),
        code=f["code"],
        name=f.get("name", ""),
        kind=f["source_kind"],
        about=f.get("about", ""),
        url=f.get("url", ""),
        interests=stored_json(f.get("interests", [])),
        previous=previous,
    )
    if previous is not None:
        end(m.Source.objects.filter(position=previous), fact.position, "superseded")


def lineage(p: Projector, fact: Fact) -> None:
    f = fact.fields
    source, left = p.find(m.Source, f["source"])
    repeats, right = p.find(m.Source, f["repeats"])
    p.add(
        m.Lineage,
        fact,
        p.join(p.own_label(f), left, right),
        source=source,
        repeats=repeats,
        reason=f.get("reason", ""),
    )


def list(p: Projector, fact: Fact) -> None:
    f = fact.fields
    p.add(
        m.List,
        fact,
        p.own_label(f),
        name=f["name"],
        digest=f["digest"],
        exhibit=p.maybe(m.Exhibit, f.get("exhibit")),
        needs_acceptance=p.gates.began(fact.position),
    )


def mention(p: Projector, fact: Fact) -> None:
    f = fact.fields
    person = f["mention_kind"] == "person"
    if person:
        p.agreements.made(fact.position)
    of_list = p.maybe(m.List, f.get("list"))
    gate = of_list if of_list is not None and p.gates.of_list(of_list) else None
    label = p.own_label(f, fact.position if person else None, gate)
    owner = None
    if "of" in f:  # never more open than its owner, whose consent it needs too
        owner, owners = p.find(m.Mention, f["of"])
        label = p.join(label, owners)
    p.add(
        m.Mention,
        fact,
        label,
        kind=f["mention_kind"],
        caption=f["caption"],
        language=f.get("language", ""),
        script=f.get("script", ""),
        list=of_list,
        row=f.get("row", ""),
        canonical=fact.position,
        of=owner,
    )
    named(p, fact.position, fact.position, f["caption"], label)


def named(p: Projector, entry: int, mention: int, name: str, label: str) -> None:
    """The keys of a name that an entry of this label gives to a mention."""
    rows = p.rows[m.NameKey]
    clearance = p.labels.clearance(label)
    for key in sorted(name_keys.keys(name, p.region)):
        rows.append([key, clearance, entry, mention])
