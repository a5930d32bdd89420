"""What decisions and settings become: they often end what earlier entries made (``ending``).

Keys and trust policies with the requests for them; judgements, groupings, assessments, retractions;
consents and legal holds; definitions of figures; the signature of a batch. Erasures and blocks are
in ``erasures``, reviews in ``links``, purposes and exports in ``searches``.
"""

from __future__ import annotations

from habeas.archive import models as m
from habeas.archive.access import gates
from habeas.archive.access.consents import of_record
from habeas.archive.access.gates import GateRules
from habeas.archive.access.joins import fellows
from habeas.archive.access.labels import LEVELS
from habeas.archive.errors import UnknownReference
from habeas.archive.projection.ending import RETRACTABLE, end, what_a_retraction_ends
from habeas.archive.projection.projector import Projector
from habeas.archive.projection.taking_back import take_back
from habeas.archive.records import rejoin
from habeas.archive.store.facts import Fact, stored_json
from habeas.custody.log.entries import parse_entry
from habeas.custody.trust.persons import TrustRules


def key(p: Projector, fact: Fact) -> None:
    f = fact.fields
    if f["state"] == "granted":
        asked = p.verdict.request
        p.add(
            m.Key,
            fact,
            p.own_label(f),
            holder=f["holder"],
            role=f["role"],
            verifier=f["verifier"],
            by=f.get("person", ""),
            request=None if asked is None else asked.position,
        )
        _answered(p, fact, m.KeyRequest)
        return
    # By role too: the rules for a person's key end no key of the archive, nor the other way.
    keys = m.Key.objects.filter(role=f["role"], verifier=f["verifier"])
    end(keys, fact.position, f["state"])


def key_request(p: Projector, fact: Fact) -> None:
    f = fact.fields
    p.add(
        m.KeyRequest,
        fact,
        p.own_label(f),
        holder=f["holder"],
        verifier=f["verifier"],
        reason=f["reason"],
        person=f["person"],
        key=_signed_with(p),
    )


def trust_policy(p: Projector, fact: Fact) -> None:
    f = fact.fields
    end(m.TrustPolicy.objects.all(), fact.position, "superseded")
    p.add(
        m.TrustPolicy,
        fact,
        p.own_label(f),
        person=f.get("person", ""),
        **TrustRules.read(f).fields(),
    )
    _answered(p, fact, m.TrustPolicyRequest)


def trust_policy_request(p: Projector, fact: Fact) -> None:
    f = fact.fields
    p.add(
        m.TrustPolicyRequest,
        fact,
        p.own_label(f),
        reason=f["reason"],
        person=f["person"],
        key=_signed_with(p),
        **TrustRules.read(f).fields(),
    )


def _signed_with(p: Projector) -> int | None:
    return None if p.verdict.key is None else p.verdict.key.position


def _answered(
    p: Projector, fact: Fact, model: type[m.KeyRequest] | type[m.TrustPolicyRequest]
) -> None:
    """The request that this entry grants is granted once."""
    if p.verdict.request is not None:
        asked = model.objects.filter(position=p.verdict.request.position)
        end(asked, fact.position, "approved")


def judgement(p: Projector, fact: Fact) -> None:
    f = fact.fields
    left, left_label = p.find(m.Mention, f["left"])
    right, right_label = p.find(m.Mention, f["right"])
    p.add(
        m.Judgement,
        fact,
        p.join(p.own_label(f), left_label, right_label),
        left=left,
        right=right,
        verdict=f["verdict"],
        reason=f.get("reason", ""),
        person=f.get("person", ""),
    )
    if f["verdict"] == "same":
        p.flush()
        _rejoin(p, left, right)


def grouping(p: Projector, fact: Fact) -> None:
    f = fact.fields
    episode, label = p.find(m.Mention, f["episode"])
    claims = [p.find(m.Claim, claim) for claim in f["claims"]]
    p.add(
        m.Grouping,
        fact,
        p.join(p.own_label(f), label, *(of_claim for _, of_claim in claims)),
        episode=episode,
        reason=f["reason"],
        person=f.get("person", ""),
    )
    p.rows[m.GroupedClaim].extend([fact.position, claim] for claim, _ in claims)


def _rejoin(p: Projector, left: int, right: int) -> None:
    joined = fellows([left, right])
    rejoin(joined)
    p.agreements.changed(joined)
    p.gates.joined(joined)


def assessment(p: Projector, fact: Fact) -> None:
    f = fact.fields
    target, label = p.find(RETRACTABLE[f["target_kind"]], f["target"])
    depiction = ""
    if f["scheme"] == gates.DEPICTION:
        p.flush()
        claims = m.Claim.objects.filter(position=target, property=gates.DEPICTS)
        depiction = "".join(gates.weight(row, f["grade"], f.get("person", "")) for row in claims)
    p.add(
        m.Assessment,
        fact,
        p.join(p.own_label(f), label),
        target=target,
        target_kind=f["target_kind"],
        scheme=f["scheme"],
        grade=f["grade"],
        reason=f.get("reason", ""),
        person=f.get("person", ""),
        depiction=depiction,
    )
    if depiction:
        p.flush()
        p.gates.changed_with([target])


def acceptance(p: Projector, fact: Fact) -> None:
    f = fact.fields
    accepted, label = p.find(m.List, f["list"])
    p.add(
        m.Acceptance,
        fact,
        p.join(p.own_label(f), label),
        list=accepted,
        sample=stored_json(f["sample"]),
        reason=f["reason"],
        despite=f.get("despite", ""),
        person=f.get("person", ""),
    )
    _list_opened_or_closed(p, accepted)


def _list_opened_or_closed(p: Projector, list_: int) -> None:
    """Mend what waits for a list, and whom its consents and judgements open."""
    p.flush()
    p.gates.changed([list_])
    labels = m.LabelPart.objects.filter(gate_of=list_).values("label")
    people = set(m.Consent.objects.filter(label__in=labels).values_list("subject", flat=True))
    judged = m.Judgement.objects.filter(label__in=labels, verdict="same")
    for pair in judged.values_list("left", "right"):
        people.update(pair)
    if people:
        p.agreements.changed(people)
        p.gates.joined(fellows(people))


def gate_policy(p: Projector, fact: Fact) -> None:
    f = fact.fields
    end(m.GatePolicy.objects.all(), fact.position, "superseded")
    p.gates.rules = rules = GateRules.read(f)
    p.add(
        m.GatePolicy,
        fact,
        p.own_label(f),
        reason=f["reason"],
        person=f.get("person", ""),
        **rules._asdict(),
    )


def retraction(p: Projector, fact: Fact) -> None:
    f = fact.fields
    target, label = p.find(RETRACTABLE[f["target_kind"]], f["target"])
    label = p.join(p.own_label(f), label)
    p.add(
        m.Retraction,
        fact,
        label,
        target=target,
        target_kind=f["target_kind"],
        reason=f["reason"],
        person=f.get("person", ""),
    )
    for rows in what_a_retraction_ends(f["target_kind"], target):
        why = {"ended_why": target} if rows.model is m.Claim else {}
        depicting = set[int]()
        if rows.model is m.PictureReference:
            for known in rows.values_list("pdq", "quality", "plain_sha256"):
                depicting |= p.gates.known_elsewhere(*known)
        if rows.model is m.Claim:
            depicts = rows.filter(property=gates.DEPICTS)
            depicting.update(depicts.values_list("position", flat=True))
        take_back(p, rows, fact.position, "retracted", label, **why)
        if depicting:
            p.flush()
            p.gates.changed_with(depicting)
    if f["target_kind"] == "judgement":
        judgement = m.Judgement.objects.get(position=target)
        _rejoin(p, judgement.left, judgement.right)
    if f["target_kind"] == "list":
        _list_opened_or_closed(p, target)
    if f["target_kind"] == "acceptance":
        _list_opened_or_closed(p, m.Acceptance.objects.get(position=target).list)


def consent(p: Projector, fact: Fact) -> None:
    f = fact.fields
    subject, label = _subject_of_consent(p, f["subject"])
    if f["state"] == "withdrawn":
        end(of_record(subject), fact.position, "withdrawn")
    else:
        p.add(
            m.Consent,
            fact,
            p.join(p.own_label(f), label),
            subject=subject,
            basis=f.get("basis", ""),
            scope=f.get("scope", ""),
            purposes=stored_json(f.get("purposes", [])),
            audience=LEVELS[f.get("audience", "team")],
            expires=f.get("expires", ""),
            at_risk=f.get("at_risk", ""),
            reason=f.get("reason", ""),
            person=f.get("person", ""),
        )
        p.flush()
    p.agreements.changed([subject])


def _subject_of_consent(p: Projector, entry_id: str) -> tuple[int, str]:
    try:
        return p.find(m.Mention, entry_id)
    except UnknownReference:
        return p.find(m.Source, entry_id)


def hold(p: Projector, fact: Fact) -> None:
    f = fact.fields
    target, label = p.find(m.Exhibit, f["target"])
    if f["state"] == "lifted":
        held = m.Hold.objects.filter(target=target, ended_at__isnull=True)
        take_back(p, held, fact.position, "lifted", p.join(p.own_label(f), label))
        return
    p.add(
        m.Hold,
        fact,
        p.join(p.own_label(f), label),
        target=target,
        authority=f.get("authority", ""),
        reason=f.get("reason", ""),
        person=f.get("person", ""),
    )


def definition(p: Projector, fact: Fact) -> None:
    f = fact.fields
    end(m.Definition.objects.filter(key=f["key"]), fact.position, "superseded")
    p.add(
        m.Definition,
        fact,
        p.own_label(f),
        key=f["key"],
        title=f["title"],
        kind=f["figure_kind"],
        text=f["text"],
        digest=f["digest"],
    )


def batch(p: Projector, fact: Fact) -> None:
    f = fact.fields
    _cover(p, fact, fact.position - f["count"], f["root"])


def submission(p: Projector, fact: Fact) -> None:
    parsed = parse_entry(fact.note)
    if parsed.statement is not None and parsed.statement.batch is not None:
        _cover(p, fact, parsed.parts[0][0], parsed.statement.batch.root)


def _cover(p: Projector, fact: Fact, first: int, root: str) -> None:
    """A person's signature over the root of the entries from ``first`` on."""
    f = fact.fields
    p.add(m.Batch, fact, p.own_label(f), first=first, root=root, person=f.get("person", ""))
    said = m.Assessment.objects.filter(position__gte=first, scheme=gates.DEPICTION)
    p.flush()  # only now is it known who claimed what the import brings
    for row in said.exclude(depiction__in=("", gates.OWN)):
        claim = m.Claim.objects.get(position=row.target)
        row.depiction = gates.weight(claim, row.grade, row.person)
        row.save(update_fields=["depiction"])
        p.gates.changed_with([row.target])
