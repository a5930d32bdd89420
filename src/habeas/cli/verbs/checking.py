"""verify: every check that needs no trust in the database."""

from __future__ import annotations

from typing import Any

from habeas.cli.endings import FINDINGS, OK
from habeas.cli.options import ArchiveOption, JsonOption, PassphraseFileOption


def verify(
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> int:
    """Check every byte, signature and quote again.

    Names whatever is wrong, and ends with 1 if anything is.
    """
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker, several

    speaker = Speaker(as_json=json)
    archive_ = opened(archive, passphrase_file, damaged=True)
    from habeas.archive import verifying

    with speaker.progress() as progress:
        report = verifying.verify(archive_, progress)
    for fault in report.faults:
        speaker.say(f"{fault.path or 'archive'}: {fault.message} [{fault.code}]", style="red")
    if report.leftovers:
        count = several(len(report.leftovers), "object")
        speaker.say(f"{count} belong to no entry: a step was interrupted before it recorded them.")
    checked = (
        f"{several(report.size, 'entry', 'entries')}, "
        f"{several(report.disclosed, 'disclosed field')}, "
        f"{several(report.objects, 'object')}, {several(report.quotes, 'quote')}"
    )
    for erasure in sorted(set(report.erased.values())):
        gone = several(list(report.erased.values()).count(erasure), "entry", "entries")
        speaker.say(f"{gone} erased by request at entry {erasure}.")
    if report.sound:
        speaker.say(f"Sound: {checked}.")
        speaker.say(f"The log's signed root at {report.logged:,} is {report.root}.")
    else:
        speaker.say(f"{several(len(report.faults), 'fault')}. Checked: {checked}.")
    others = _attested()
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
            "faults": [
                {"code": f.code, "path": f.path, "position": f.position, "message": f.message}
                for f in report.faults
            ],
        }
    )
    return OK if report.sound else FINDINGS


def _attested() -> list[dict[str, Any]]:
    """The newest word of each partner and authority, as logged; none where nothing can be read."""
    from django.db import DatabaseError

    from habeas.archive.access import OWNER
    from habeas.archive.chain import attested, words_of

    try:
        found = list(attested(OWNER, 0, newest=True))
    except DatabaseError:  # the derived tables are damaged, which is said above
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
