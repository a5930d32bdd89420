"""verify: every check that needs no trust in the database."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from habeas.archive.access import OWNER
from habeas.archive.exhibits.custody_chain import attested, words_of
from habeas.archive.opening import Archive
from habeas.archive.store import clock, open_lock
from habeas.archive.verify import verifying
from habeas.archive.verify.deep import Deeper, verify_deeper
from habeas.archive.verify.report import UNREADABLE
from habeas.archive.verify.verifying import Report, Sample
from habeas.cli.endings import FINDINGS, OK
from habeas.cli.errors import CliError
from habeas.cli.session import Session
from habeas.cli.speaking import several
from habeas.custody.checks.audit import AuditFault
from habeas.custody.trust.persons import lasting
from habeas.figures.changes.effects import Effect, effects

SHOWN = 8  # claims of an effect that are listed


def verify(
    session: Session,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help="Also walk the database file, replay the ledger against every derived table, open "
            "every object, check checkpoints, cosignatures and timestamps again, and show what "
            "rests on each fault.",
        ),
    ] = False,
    objects_sample: Annotated[
        str,
        typer.Option(
            "--objects-sample",
            metavar="N|P%",
            help="Check so many of the objects, or so many in a hundred, taken by chance.",
            show_default=False,
        ),
    ] = "",
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", help="Take the same sample again.", show_default=False),
    ] = None,
) -> int:
    """Check every byte, signature and quote again.

    Names whatever is wrong, and ends with 1 if anything is.
    """
    sample = _sample(objects_sample, seed)
    archive = session.open(damaged=True)
    with session.progress() as progress:
        report = verifying.verify(archive, progress, sample)
        deeper = _deeper(archive, progress, report.faults) if deep else None
        if deeper is not None:
            report.faults.extend(deeper.faults)
        resting = _resting(archive, report.faults) if deep else []
    for at, fault in enumerate(report.faults):
        session.say(f"{fault.path or 'archive'}: {fault.message} [{fault.code}]", style="red")
        if resting:
            session.say(f"  {_words_of(resting[at])}")
    running = open_lock.holders(archive.directory) if report.leftovers else []
    if report.leftovers:
        count = several(len(report.leftovers), "object")
        besides = "; or these have not recorded them yet: " if running else ""
        session.say(
            f"{count} belong to no entry: a step was interrupted before it recorded them"
            f"{besides}{', '.join(running)}."
        )
    checked = (
        f"{several(report.size, 'entry', 'entries')}, "
        f"{several(report.disclosed, 'disclosed field')}, "
        f"{several(report.objects, 'object')}, {several(report.quotes, 'quote')}"
    )
    if report.locations:  # what a place shows, no program can check
        checked += f", {several(report.locations, 'place')} against their bounds"
    for size, state in report.handovers:
        stolen = " as stolen: for what they signed before, only others can tell who made it"
        entries = several(size, "entry", "entries")
        session.say(
            f"The keys that sign were handed over to new ones at {entries}"
            f"{stolen if state == 'stolen' else ''}."
        )
    for erasure in sorted(set(report.erased.values())):
        gone = several(list(report.erased.values()).count(erasure), "entry", "entries")
        session.say(f"{gone} erased by request at entry {erasure}.")
    for words in _decided(report):
        session.say(words)
    if report.sound:
        session.say(f"Sound: {checked}.")
        session.say(f"The log's signed root at {report.logged:,} is {report.root}.")
    else:
        session.say(f"{several(len(report.faults), 'fault')}. Checked: {checked}.")
    others = _attested()
    if deeper is not None:
        pending = f", {deeper.pending:,} of them pending" if deeper.pending else ""
        file = "the database file, " if deeper.file else ""
        session.say(
            f"Also checked: {file}every derived table, {several(deeper.objects, 'object')} opened, "
            f"{several(deeper.cosignatures, 'cosignature')}, "
            f"{several(deeper.timestamps, 'timestamp')}{pending}."
        )
    if sample is not None:
        session.say(
            f"{several(report.objects_left, 'object')} not checked. The sample was taken by "
            f"chance with the seed {sample.seed}."
        )
    if ahead := clock.remark(report.newest):
        session.say(ahead, style="yellow")
    for step in others:
        session.say(f"{step['words']}, as logged: {step['by']}, {step['time']}.")
    session.give(
        {
            "sound": report.sound,
            "size": report.size,
            "logged": report.logged,
            "root": report.root,
            "disclosed": report.disclosed,
            "objects": report.objects,
            "quotes": report.quotes,
            "locations": report.locations,
            "leftovers": report.leftovers,
            "attested": others,
            "erased": {str(position): at for position, at in report.erased.items()},
            "approvals": [
                {
                    "entry": one.position,
                    "kind": one.kind,
                    "request": one.request,
                    "requester": one.requester,
                    "approver": one.approver,
                    "key_older_seconds": one.age,
                    "confirmed_by": list(one.by),
                }
                for one in report.approvals
            ],
            "by_the_installation_alone": report.alone,
            "handovers": [{"size": size, "state": state} for size, state in report.handovers],
            "faults": [
                {"code": f.code, "path": f.path, "position": f.position, "message": f.message}
                | (_as_json(resting[at]) if resting else {})
                for at, f in enumerate(report.faults)
            ],
            **({"clock": ahead} if ahead else {}),
            **({} if deeper is None else _checked_besides(deeper)),
            **(
                {}
                if sample is None
                else {"objects_not_checked": report.objects_left, "seed": sample.seed}
            ),
        }
    )
    return OK if report.sound else FINDINGS


_ALONE = {
    "key": ("key granted or ended", "keys granted or ended"),
    "consent": ("consent", "consents"),
    "hold": ("legal hold", "legal holds"),
    "trust-policy": ("policy", "policies"),
}


def _decided(report: Report) -> Iterator[str]:
    """Who approved, how old their key was by whose clock, and what nobody signed."""
    for one in report.approvals:
        whose = f"by the word of {', '.join(one.by)}" if one.by else "by this machine's clock"
        yield (
            f"Entry {one.position}: {one.approver} approved what {one.requester} asked for "
            f"at entry {one.request}, with a key {lasting(max(one.age, 0))} older, {whose}."
        )
    if report.alone:
        counts = [
            several(count, *_ALONE.get(kind, (kind, kind)))
            for kind, count in sorted(report.alone.items())
        ]
        yield f"By the installation alone, signed by no person: {', '.join(counts)}."


def _sample(written: str, seed: int | None) -> Sample | None:
    if not written:
        return None
    found = re.fullmatch("([1-9][0-9]{0,11})(%?)", written)
    if found is None or (found[2] and int(found[1]) > 100):
        raise CliError(
            f"{written!r} is not a sample of objects.",
            next_step="Give a number, as 500, or a whole share in a hundred, as 5%.",
        )
    return Sample(int(found[1]), bool(found[2]), secrets.randbits(32) if seed is None else seed)


def _deeper(archive: Archive, progress: Any, faults: list[AuditFault]) -> Deeper:
    objects = [fault.path for fault in faults if fault.path.startswith("objects/")]
    return verify_deeper(archive, progress, {path.rpartition("/")[2] for path in objects})


def _resting(archive: Archive, faults: list[AuditFault]) -> list[Effect]:
    return effects(archive, OWNER, faults)


def _words_of(effect: Effect) -> str:
    if not effect.told:
        return "What rests on it could not be found out."
    if not effect.claims and not effect.figures:
        return "No claim and no figure rests on it."
    listed = ", ".join(map(str, effect.claims[:SHOWN]))
    more = f" and {len(effect.claims) - SHOWN:,} more" if len(effect.claims) > SHOWN else ""
    figures = ", ".join(effect.figures) or "none"
    return f"On it rest the claims {listed or 'none'}{more}; figures: {figures}."


def _as_json(effect: Effect) -> dict[str, Any]:
    if not effect.told:
        return {"effect": None}
    return {"effect": {"claims": list(effect.claims), "figures": list(effect.figures)}}


def _checked_besides(deeper: Deeper) -> dict[str, Any]:
    return {
        "objects_opened": deeper.objects,
        "cosignatures": deeper.cosignatures,
        "timestamps": deeper.timestamps,
        "timestamps_pending": deeper.pending,
    }


def _attested() -> list[dict[str, Any]]:
    """The newest word of each partner and authority, as logged; none where nothing can be read."""
    try:
        found = list(attested(OWNER, 0, newest=True))
    except UNREADABLE:  # the derived tables are damaged, which is said above
        return []
    return [
        {
            "words": words_of(step.event),
            "event": step.event,
            "by": step.agent,
            "time": step.happened_at,
            "entry": step.position,
            "said": step.changed,
        }
        for step in found
    ]
