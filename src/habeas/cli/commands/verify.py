"""verify: every check that needs no trust in the database."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Annotated, Any

import typer

from habeas.cli.endings import FINDINGS, OK
from habeas.cli.options import ArchiveOption, JsonOption, PassphraseFileOption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from habeas.archive.opening import Archive
    from habeas.archive.verify.deep import Deeper
    from habeas.archive.verify.verifying import Report, Sample
    from habeas.custody.checks.audit import Fault
    from habeas.figures.changes.effects import Effect

SHOWN = 8  # claims of an effect that are listed


def verify(
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help="Also walk the database file, replay the ledger against every derived table, open "
            "every object, check checkpoints, cosignatures and timestamps again, and say what "
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
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> int:
    """Check every byte, signature and quote again.

    Names whatever is wrong, and ends with 1 if anything is.
    """
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker, several

    speaker = Speaker(json)
    sample = _sample(objects_sample, seed)
    archive_ = opened(archive, passphrase_file, damaged=True)
    from habeas.archive.store import clock, open_lock
    from habeas.archive.verify import verifying

    with speaker.progress() as progress:
        report = verifying.verify(archive_, progress, sample)
        deeper = _deeper(archive_, progress, report.faults) if deep else None
        if deeper is not None:
            report.faults.extend(deeper.faults)
        resting = _resting(archive_, report.faults) if deep else []
    for at, fault in enumerate(report.faults):
        speaker.say(f"{fault.path or 'archive'}: {fault.message} [{fault.code}]", style="red")
        if resting:
            speaker.say(f"  {_words_of(resting[at])}")
    running = open_lock.holders(archive_.directory) if report.leftovers else []
    if report.leftovers:
        count = several(len(report.leftovers), "object")
        besides = "; or these have not recorded them yet: " if running else ""
        speaker.say(
            f"{count} belong to no entry: a step was interrupted before it recorded them"
            f"{besides}{', '.join(running)}."
        )
    checked = (
        f"{several(report.size, 'entry', 'entries')}, "
        f"{several(report.disclosed, 'disclosed field')}, "
        f"{several(report.objects, 'object')}, {several(report.quotes, 'quote')}"
    )
    for size, state in report.handovers:
        stolen = " as stolen: of what they signed before, only others can say who made it"
        entries = several(size, "entry", "entries")
        speaker.say(
            f"The keys that sign were handed over to new ones at {entries}"
            f"{stolen if state == 'stolen' else ''}."
        )
    for erasure in sorted(set(report.erased.values())):
        gone = several(list(report.erased.values()).count(erasure), "entry", "entries")
        speaker.say(f"{gone} erased by request at entry {erasure}.")
    for words in _decided(report):
        speaker.say(words)
    if report.sound:
        speaker.say(f"Sound: {checked}.")
        speaker.say(f"The log's signed root at {report.logged:,} is {report.root}.")
    else:
        speaker.say(f"{several(len(report.faults), 'fault')}. Checked: {checked}.")
    others = _attested()
    if deeper is not None:
        pending = f", {deeper.pending:,} of them pending" if deeper.pending else ""
        file = "the database file, " if deeper.file else ""
        speaker.say(
            f"Also checked: {file}every derived table, {several(deeper.objects, 'object')} opened, "
            f"{several(deeper.cosignatures, 'cosignature')}, "
            f"{several(deeper.timestamps, 'timestamp')}{pending}."
        )
    if sample is not None:
        speaker.say(
            f"{several(report.objects_left, 'object')} not checked. The sample was taken by "
            f"chance with the seed {sample.seed}."
        )
    if ahead := clock.remark(report.newest):
        speaker.say(ahead, style="yellow")
    for step in others:
        speaker.say(f"{step['words']}, as logged: {step['by']}, {step['time']}.")
    speaker.give(
        {
            "sound": report.sound,
            "size": report.size,
            "logged": report.logged,
            "root": report.root,
            "disclosed": report.disclosed,
            "objects": report.objects,
            "quotes": report.quotes,
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
    from habeas.cli.speaking import several
    from habeas.custody.trust.persons import lasting

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
    from habeas.archive.verify.verifying import Sample
    from habeas.cli.errors import CliError

    if not written:
        return None
    found = re.fullmatch("([1-9][0-9]{0,11})(%?)", written)
    if found is None or (found[2] and int(found[1]) > 100):
        raise CliError(
            f"{written!r} is not a sample of objects.",
            next_step="Give a number, as 500, or a whole share in a hundred, as 5%.",
        )
    return Sample(int(found[1]), bool(found[2]), secrets.randbits(32) if seed is None else seed)


def _deeper(archive: Archive, progress: Any, faults: list[Fault]) -> Deeper:
    from habeas.archive.verify.deep import verify_deeper

    objects = [fault.path for fault in faults if fault.path.startswith("objects/")]
    return verify_deeper(archive, progress, {path.rpartition("/")[2] for path in objects})


def _resting(archive: Archive, faults: list[Fault]) -> list[Effect]:
    from habeas.archive.access import OWNER
    from habeas.figures.changes.effects import effects

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
    from habeas.archive.access import OWNER
    from habeas.archive.exhibits.custody_chain import attested, words_of
    from habeas.archive.verify.report import UNREADABLE

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
