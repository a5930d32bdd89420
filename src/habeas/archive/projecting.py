"""From entries to rows: the one function of ledger and content that fills the projections.

``Projector.apply`` is used as entries are appended and again in a rebuild, so both give
the same rows. Entries are taken in ledger order. Most kinds only add a row, which is
buffered; a few change what earlier entries made (a retraction, a judgement, a consent):
before one of these the buffers are written.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models as orm

from habeas.archive import models as m
from habeas.archive.consents import Agreements
from habeas.archive.errors import EntryRefused, UnknownReference
from habeas.archive.labels import LEVELS, Labels
from habeas.archive.records import rejoin
from habeas.archive.rows import columns, insert
from habeas.vocabulary import edtf, values

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry with the fields that its disclosures give; ``fields`` is empty once erased."""

    position: int
    entry_id: str
    time: int
    object_sha256: str | None
    fields: Fields


def stored_json(value: object) -> str:
    """JSON as the projections keep it: sorted keys, no spaces, not escaped to ASCII."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


#: Kinds whose projection changes rows that are there already.
TURNING = frozenset({"retraction", "judgement", "consent", "hold", "definition", "key"})

_TARGETS: dict[str, type[m.Projection]] = {
    "claim": m.Claim,
    "source": m.Source,
    "list": m.List,
    "judgement": m.Judgement,
    "exhibit": m.Exhibit,
    "mention": m.Mention,
}

#: Which fields of which kind refer to what.
_REFERENCES: dict[str, tuple[tuple[str, type[m.Projection]], ...]] = {
    "custody": (("exhibit", m.Exhibit),),
    "layer": (("exhibit", m.Exhibit),),
    "passage": (("exhibit", m.Exhibit), ("layer", m.Layer)),
    "source": (("previous", m.Source),),
    "lineage": (("source", m.Source), ("repeats", m.Source)),
    "list": (("exhibit", m.Exhibit),),
    "mention": (("list", m.List),),
    "claim": (("subject", m.Mention), ("list", m.List), ("previous", m.Claim)),
    "judgement": (("left", m.Mention), ("right", m.Mention)),
}


def _defaults(model: type[orm.Model]) -> tuple[Any, ...]:
    return tuple(f.get_default() for f in model._meta.concrete_fields if f.column)


class Projector:
    """Turns facts into rows, in order. Use inside one transaction; call ``flush`` at its end."""

    def __init__(self) -> None:
        self._rows: dict[type[orm.Model], list[list[Any]]] = defaultdict(list)
        self._known: dict[type[m.Projection], dict[str, tuple[int, str]]] = defaultdict(dict)
        self._agreements = Agreements()
        self._labels = Labels(self._agreements.until)
        self._defaults = {model: _defaults(model) for model in _all_models()}
        self._places = {
            model: {name: index for index, name in enumerate(columns(model))} for model in self._defaults
        }

    def apply(self, facts: Sequence[Fact]) -> None:
        """Project the facts, which follow each other in the ledger."""
        self._learn(facts)
        for fact in facts:
            kind = fact.fields.get("kind")
            if kind is None:
                continue
            if kind in TURNING or (kind in ("claim", "source") and "previous" in fact.fields):
                self.flush()
            _PROJECT[kind](self, fact)

    def flush(self) -> None:
        """Write what is buffered."""
        self._labels.flush()
        for model, rows in self._rows.items():
            insert(model, rows)
        self._rows.clear()
        self._agreements.written()

    # --- references ----------------------------------------------------------------------

    def position_of(self, model: type[m.Projection], entry_id: str) -> int:
        """The ledger position of the thing that an entry id names."""
        return self._find(model, entry_id)[0]

    def label_of(self, model: type[m.Projection], entry_id: str) -> str:
        return self._find(model, entry_id)[1]

    def _find(self, model: type[m.Projection], entry_id: str) -> tuple[int, str]:
        found = self._known[model].get(entry_id)
        if found is None:
            self._look_up(model, [entry_id])
            found = self._known[model].get(entry_id)
        if found is None:
            raise UnknownReference(
                f"Entry {entry_id} is not a {model.__name__.lower()} of this archive.",
                next_step="Refer to something that was appended before.",
            )
        return found

    def _learn(self, facts: Sequence[Fact]) -> None:
        """Look up in bulk what the facts refer to."""
        wanted: dict[type[m.Projection], set[str]] = defaultdict(set)
        for fact in facts:
            fields = fact.fields
            for name, model in _REFERENCES.get(fields.get("kind", ""), ()):
                if name in fields:
                    wanted[model].add(fields[name])
            if "compartment" in fields:
                wanted[m.Compartment].add(fields["compartment"])
            if fields.get("kind") == "claim":
                wanted[m.Source].update(step["source"] for step in fields["attribution"])
                wanted[m.Passage].update(fields.get("passages", ()))
                if "mention" in fields["value"]:
                    wanted[m.Mention].add(fields["value"]["mention"])
        own = {fact.entry_id for fact in facts}
        for model, ids in wanted.items():
            known = self._known[model]
            if len(known) > 300_000:
                known.clear()
            missing = [i for i in ids if i not in known and i not in own]
            for start in range(0, len(missing), 500):
                self._look_up(model, missing[start : start + 500])

    def _look_up(self, model: type[m.Projection], entry_ids: Sequence[str]) -> None:
        by_position = dict(
            m.LedgerEntry.objects.filter(entry_id__in=entry_ids).values_list("position", "entry_id")
        )
        for position, label in model.objects.filter(position__in=by_position).values_list("position", "label"):
            self._known[model][by_position[position]] = (position, label)

    def _add(self, model: type[m.Projection], fact: Fact, label: str, **given: Any) -> None:
        self._known[model][fact.entry_id] = (fact.position, label)
        self._row(model, position=fact.position, label=label, **given)

    def _row(self, model: type[orm.Model], **given: Any) -> None:
        row = list(self._defaults[model])
        places = self._places[model]
        for name, value in given.items():
            row[places[name]] = value
        self._rows[model].append(row)

    def _own_label(self, fields: Fields, consent_of: int | None = None) -> str:
        compartment = fields.get("compartment")
        position = None if compartment is None else self.position_of(m.Compartment, compartment)
        return self._labels.of(position, LEVELS[fields.get("handling", "team")], consent_of)

    def _join(self, *labels: str) -> str:
        return self._labels.join(*labels)

    def _maybe(self, model: type[m.Projection], entry_id: str | None) -> int | None:
        return None if entry_id is None else self.position_of(model, entry_id)

    # --- kinds ---------------------------------------------------------------------------

    def archive(self, fact: Fact) -> None:
        """The first entry makes no row."""

    def key(self, fact: Fact) -> None:
        f = fact.fields
        if f["state"] == "granted":
            self._add(
                m.Key, fact, self._own_label(f), holder=f["holder"], role=f["role"], verifier=f["verifier"]
            )
            return
        m.Key.objects.filter(verifier=f["verifier"], ended_at__isnull=True).update(
            ended_at=fact.position, ended_by=f["state"]
        )

    def vocabulary(self, fact: Fact) -> None:
        f = fact.fields
        self._add(m.Vocabulary, fact, self._own_label(f), digest=f["digest"], name=f["name"])

    def compartment(self, fact: Fact) -> None:
        f = fact.fields
        label = self._labels.of(fact.position, LEVELS["team"])
        self._add(m.Compartment, fact, label, key=f["key"], title=f["title"])

    def exhibit(self, fact: Fact) -> None:
        f = fact.fields
        label = self._own_label(f)
        self._add(
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
        self._row(
            m.CustodyEvent,
            position=fact.position,
            label=label,
            exhibit=fact.position,
            event="sealed",
            agent=f.get("received_from", ""),
            happened_at=f.get("received_on", ""),
            reason=f.get("note", ""),
        )

    def custody(self, fact: Fact) -> None:
        f = fact.fields
        exhibit, label = self._find(m.Exhibit, f["exhibit"])
        self._add(
            m.CustodyEvent,
            fact,
            self._join(self._own_label(f), label),
            exhibit=exhibit,
            event=f["event"],
            agent=f.get("agent", ""),
            happened_at=f.get("happened_at", ""),
            reason=f.get("reason", ""),
            authority=f.get("authority", ""),
        )

    def layer(self, fact: Fact) -> None:
        f = fact.fields
        exhibit, label = self._find(m.Exhibit, f["exhibit"])
        self._add(
            m.Layer,
            fact,
            self._join(self._own_label(f), label),
            exhibit=exhibit,
            address=fact.object_sha256,
            text_sha256=f["text_sha256"],
            reader=f["reader"],
            reader_version=f["reader_version"],
            settings=stored_json(f["settings"]),
            length=f["length"],
        )

    def passage(self, fact: Fact) -> None:
        f = fact.fields
        exhibit, label = self._find(m.Exhibit, f["exhibit"])
        parts = [self._own_label(f), label]
        if "layer" in f:
            parts.append(self.label_of(m.Layer, f["layer"]))
        self._add(
            m.Passage,
            fact,
            self._join(*parts),
            exhibit=exhibit,
            layer=self._maybe(m.Layer, f.get("layer")),
            start=f["start"],
            stop=f["stop"],
            quote=f["quote"],
            prefix=f.get("prefix", ""),
            suffix=f.get("suffix", ""),
        )

    def source(self, fact: Fact) -> None:
        f = fact.fields
        previous = self._maybe(m.Source, f.get("previous"))
        needs_consent = f["source_kind"] in ("person", "witness")
        self._add(
            m.Source,
            fact,
            self._own_label(f, fact.position if needs_consent else None),
            code=f["code"],
            name=f.get("name", ""),
            kind=f["source_kind"],
            about=f.get("about", ""),
            url=f.get("url", ""),
            interests=stored_json(f.get("interests", [])),
            previous=previous,
        )
        if needs_consent:
            self._agreements.made(fact.position)
        if previous is not None:
            m.Source.objects.filter(position=previous, ended_at__isnull=True).update(
                ended_at=fact.position, ended_by="superseded"
            )

    def lineage(self, fact: Fact) -> None:
        f = fact.fields
        source, left = self._find(m.Source, f["source"])
        repeats, right = self._find(m.Source, f["repeats"])
        self._add(
            m.Lineage,
            fact,
            self._join(self._own_label(f), left, right),
            source=source,
            repeats=repeats,
            reason=f.get("reason", ""),
        )

    def list(self, fact: Fact) -> None:
        f = fact.fields
        self._add(
            m.List,
            fact,
            self._own_label(f),
            name=f["name"],
            digest=f["digest"],
            exhibit=self._maybe(m.Exhibit, f.get("exhibit")),
        )

    def mention(self, fact: Fact) -> None:
        f = fact.fields
        person = f["mention_kind"] == "person"
        self._add(
            m.Mention,
            fact,
            self._own_label(f, fact.position if person else None),
            kind=f["mention_kind"],
            caption=f["caption"],
            language=f.get("language", ""),
            script=f.get("script", ""),
            list=self._maybe(m.List, f.get("list")),
            row=f.get("row", ""),
            canonical=fact.position,
        )
        if person:
            self._agreements.made(fact.position)

    def claim(self, fact: Fact) -> None:
        f = fact.fields
        subject, subject_label = self._find(m.Mention, f["subject"])
        speakers = [self._find(m.Source, step["source"]) for step in f["attribution"]]
        passages = [self._find(m.Passage, passage) for passage in f.get("passages", ())]
        value = f["value"]
        labels = [self._own_label(f), subject_label, *(s[1] for s in speakers), *(p[1] for p in passages)]
        ref = None
        if "mention" in value:
            ref, ref_label = self._find(m.Mention, value["mention"])
            labels.append(ref_label)
        column = values.columns(values.from_json(value))
        holds = f.get("holds", "")
        when = edtf.parse(holds) if holds else None
        previous = self._maybe(m.Claim, f.get("previous"))
        self._add(
            m.Claim,
            fact,
            self._join(*labels),
            subject=subject,
            property=f["property"],
            stance=f["stance"],
            value=stored_json(value),
            value_type=column.value_type,
            value_key=column.value_key,
            number_low=column.number_low,
            number_high=column.number_high,
            value_from=column.value_from,
            value_to=column.value_to,
            ref=ref,
            holds=holds,
            holds_from=when.earliest if when else None,
            holds_to=when.latest if when else None,
            attribution=stored_json(f["attribution"]),
            source=speakers[0][0],
            list=self._maybe(m.List, f.get("list")),
            row=f.get("row", ""),
            vocabulary=f["vocabulary"],
            previous=previous,
        )
        rows = self._rows
        for ordinal, (source, _) in enumerate(speakers):
            rows[m.ClaimSource].append([fact.position, ordinal, source])
        for ordinal, (passage, _) in enumerate(passages):
            rows[m.ClaimPassage].append([fact.position, ordinal, passage])
        if previous is not None:
            self._end_claims(fact, m.Claim.objects.filter(position=previous), previous, "superseded")

    @staticmethod
    def _end_claims(fact: Fact, claims: orm.QuerySet[m.Claim], why: int, how: str) -> None:
        claims.filter(ended_at__isnull=True).update(ended_at=fact.position, ended_by=how, ended_why=why)

    def judgement(self, fact: Fact) -> None:
        f = fact.fields
        left, left_label = self._find(m.Mention, f["left"])
        right, right_label = self._find(m.Mention, f["right"])
        self._add(
            m.Judgement,
            fact,
            self._join(self._own_label(f), left_label, right_label),
            left=left,
            right=right,
            verdict=f["verdict"],
            reason=f.get("reason", ""),
            person=f.get("person", ""),
        )
        if f["verdict"] == "same":
            self.flush()
            self._rejoin(left, right)

    def _rejoin(self, left: int, right: int) -> None:
        canonical = m.Mention.objects.filter(position__in=(left, right)).values("canonical")
        joined = list(m.Mention.objects.filter(canonical__in=canonical).values_list("position", flat=True))
        rejoin(joined)
        self._agreements.changed(joined)

    def assessment(self, fact: Fact) -> None:
        f = fact.fields
        target, label = self._find(_TARGETS[f["target_kind"]], f["target"])
        self._add(
            m.Assessment,
            fact,
            self._join(self._own_label(f), label),
            target=target,
            target_kind=f["target_kind"],
            scheme=f["scheme"],
            grade=f["grade"],
            reason=f.get("reason", ""),
            person=f.get("person", ""),
        )

    def retraction(self, fact: Fact) -> None:
        f = fact.fields
        target, label = self._find(_TARGETS[f["target_kind"]], f["target"])
        self._add(
            m.Retraction,
            fact,
            self._join(self._own_label(f), label),
            target=target,
            target_kind=f["target_kind"],
            reason=f["reason"],
            person=f.get("person", ""),
        )
        ended = {"ended_at": fact.position, "ended_by": "retracted"}
        claims = m.Claim.objects
        match f["target_kind"]:
            case "claim":
                self._end_claims(fact, claims.filter(position=target), target, "retracted")
            case "list":
                m.List.objects.filter(position=target, ended_at__isnull=True).update(**ended)
                m.Mention.objects.filter(list=target, ended_at__isnull=True).update(**ended)
                self._end_claims(fact, claims.filter(list=target), target, "retracted")
            case "source":
                m.Source.objects.filter(position=target, ended_at__isnull=True).update(**ended)
                spoken = m.ClaimSource.objects.filter(source=target).values("claim")
                self._end_claims(fact, claims.filter(position__in=spoken), target, "retracted")
            case "judgement":
                judgement = m.Judgement.objects.get(position=target)
                m.Judgement.objects.filter(position=target, ended_at__isnull=True).update(**ended)
                self._rejoin(judgement.left, judgement.right)

    def consent(self, fact: Fact) -> None:
        f = fact.fields
        subject, label = self._subject_of_consent(f["subject"])
        if f["state"] == "withdrawn":
            m.Consent.objects.filter(subject=subject, ended_at__isnull=True).update(
                ended_at=fact.position, ended_by="withdrawn"
            )
        else:
            self._add(
                m.Consent,
                fact,
                self._join(self._own_label(f), label),
                subject=subject,
                basis=f.get("basis", ""),
                scope=f.get("scope", ""),
                purposes=stored_json(f.get("purposes", [])),
                audience=LEVELS[f.get("audience", "team")],
                expires=f.get("expires", ""),
                at_risk=f.get("at_risk", ""),
                reason=f.get("reason", ""),
            )
            self.flush()
        self._agreements.changed([subject])

    def _subject_of_consent(self, entry_id: str) -> tuple[int, str]:
        try:
            return self._find(m.Mention, entry_id)
        except UnknownReference:
            return self._find(m.Source, entry_id)

    def hold(self, fact: Fact) -> None:
        f = fact.fields
        target, label = self._find(m.Exhibit, f["target"])
        if f["state"] == "lifted":
            m.Hold.objects.filter(target=target, ended_at__isnull=True).update(
                ended_at=fact.position, ended_by="lifted"
            )
            return
        self._add(
            m.Hold,
            fact,
            self._join(self._own_label(f), label),
            target=target,
            authority=f.get("authority", ""),
            reason=f.get("reason", ""),
        )

    def definition(self, fact: Fact) -> None:
        f = fact.fields
        m.Definition.objects.filter(key=f["key"], ended_at__isnull=True).update(
            ended_at=fact.position, ended_by="superseded"
        )
        self._add(
            m.Definition,
            fact,
            self._own_label(f),
            key=f["key"],
            title=f["title"],
            kind=f["figure_kind"],
            text=f["text"],
            digest=f["digest"],
        )

    def batch(self, fact: Fact) -> None:
        f = fact.fields
        self._add(
            m.Batch,
            fact,
            self._own_label(f),
            first=fact.position - f["count"],
            root=f["root"],
            person=f.get("person", ""),
        )


def _all_models() -> Iterable[type[orm.Model]]:
    from habeas.archive.schema import projections

    return projections()


_PROJECT: dict[str, Callable[[Projector, Fact], None]] = {
    name: getattr(Projector, name)
    for name in (
        "archive key vocabulary compartment exhibit custody layer passage source lineage list "
        "mention claim judgement assessment retraction consent hold definition batch"
    ).split()
}


def refuse_unknown_kind(kind: str) -> None:
    """Raised for an entry of a newer program, before anything is projected."""
    if kind not in _PROJECT:
        raise EntryRefused(
            f"This program does not know entries of kind {kind!r}.",
            next_step="Use the newer program that wrote this archive.",
        )
