"""link run, report, policy: pairs that may be one record, and how they are decided.

A run proposes pairs and joins nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from habeas.cli.options import (
    ArchiveOption,
    DryRunOption,
    JsonOption,
    PassphraseFileOption,
    PersonOption,
    PersonPassphraseFileOption,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habeas.cli.speaking import Speaker

KINDS = ("person", "facility", "organisation", "place")
SHOWN = 20

KindOption = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help=f"{', '.join(KINDS)}. May be given more than once.",
        show_default="all",
    ),
]


def run(
    kind: KindOption = None,
    threshold: Annotated[
        float, typer.Option(min=0.0001, max=0.9999, help="Keep pairs at least so probable.")
    ] = 0.01,
    dry_run: DryRunOption = False,
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Propose pairs of records that may be one.

    Compares what sources wrote: names in any script, birth, places, numbers. The pairs are
    recorded and wait for people to judge; nothing is joined. A later run replaces them; what
    was judged stays.
    """
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker, several

    speaker = Speaker(json)
    kinds = _kinds(kind)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive.review.proposing import PPM, propose
    from habeas.archive.review.reviewing import policy
    from habeas.linking import Settings

    blind = policy().blind
    documents = []
    for each in kinds:
        with speaker.progress() as progress:
            found = propose(
                archive_,
                each,
                settings=Settings(threshold=threshold),
                record=not dry_run,
                progress=progress,
            )
        where = "" if found.entry is None else f", entry {found.entry}"
        counts = found.linkage.counts
        records = several(counts.get("records", 0), "record")
        speaker.say(f"{each}: {records}, {several(len(found.pairs), 'pair')} proposed{where}.")
        _say_pairs(speaker, found.pairs[:SHOWN], blind=blind)
        if len(found.pairs) > SHOWN:
            speaker.say(f"  … {len(found.pairs) - SHOWN:,} more")
        for lost in found.linkage.lost[:SHOWN]:
            speaker.say(f"  - {lost.what}: {lost.reason} ({several(lost.records, 'record')})")
        documents.append(
            {
                "kind": each,
                "entry": found.entry,
                "records": counts.get("records", 0),
                "pairs": [
                    [left, right] if blind else [left, right, ppm / PPM]
                    for left, right, ppm in found.pairs
                ],
                "not_compared": [
                    {"what": lost.what, "reason": lost.reason, "records": lost.records}
                    for lost in found.linkage.lost
                ],
            }
        )
    if not dry_run and any(document["pairs"] for document in documents):
        speaker.say("`habeas link judge` asks about them one by one.")
    speaker.give({"runs": documents})


def _kinds(given: Sequence[str] | None) -> Sequence[str]:

    for kind in given or ():
        if kind not in KINDS:
            raise typer.BadParameter(f"{kind!r} is none of {', '.join(KINDS)}.")
    return given or KINDS


def _say_pairs(speaker: Speaker, pairs: Sequence[tuple[int, int, int]], *, blind: bool) -> None:
    from habeas.cli.speaking import shown

    captions = captions_of([position for left, right, _ in pairs for position in (left, right)])
    speaker.table(
        [
            (
                f"{shown(captions.get(left, ''))} (#{left})",
                f"{shown(captions.get(right, ''))} (#{right})",
                "" if blind else f"{ppm / 1_000_000:.3f}",
            )
            for left, right, ppm in pairs
        ],
        indent="  ",
    )


def report(
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """How many pairs are open, decided and contradicted, and how far reviewers agree."""
    from habeas.cli.opening import opened
    from habeas.cli.speaking import Speaker

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import models as m
    from habeas.archive.access import OWNER, live, visible
    from habeas.archive.review.pairs import contradictions, judged, open_pairs
    from habeas.archive.review.reviewing import agreement, policy
    from habeas.cli.marking import Marks

    canonical = dict(visible(OWNER, m.Mention).values_list("position", "canonical"))
    size = archive_.size
    runs = list(live(visible(OWNER, m.Linkage)).values_list("position", "kind"))
    proposed = visible(OWNER, m.Candidate).filter(linkage__in=[run for run, _ in runs]).count()
    still_open = open_pairs(OWNER, lambda p: canonical.get(p, p), size, threshold_ppm=0)
    decided = judged(OWNER, size)
    against = contradictions(decided, lambda p: canonical.get(p, p))
    found, rule = agreement(), policy()
    verdicts = {
        verdict: sum(each.verdict == verdict for each in decided)
        for verdict in ("same", "different", "cannot-tell")
    }
    kappa = "–" if found.kappa is None else f"{found.kappa:.3f}"
    speaker.table(
        [
            ("reviewers a pair", f"{rule.reviewers}{', blind to the score' * rule.blind}"),
            ("runs in force", ", ".join(f"{kind} (entry {p})" for p, kind in runs) or "none"),
            ("pairs proposed", f"{proposed:,}"),
            ("not decided", f"{len(still_open):,}"),
            *((f"judged {verdict}", f"{number:,}") for verdict, number in verdicts.items()),
            ("answered by two", f"{found.pairs:,}, of which {found.agreed:,} alike"),
            ("Cohen's kappa", kappa),
            ("contradictions", f"{len(against):,}"),
        ]
    )
    for each in against[:SHOWN]:
        speaker.say(
            f"- #{each.left} and #{each.right}: judged different at entry {each.position}, and "
            "the same through other judgements. `habeas link undo` takes one back."
        )
    if decided:
        speaker.say("Newest judgements:")
        newest = decided[:-SHOWN:-1]
        marks = Marks(OWNER, {"judgement": {each.position for each in newest}})
        alike = marks.common(speaker, [("judgement", each.position) for each in newest])
        speaker.table(
            [
                (
                    f"#{each.position}",
                    each.verdict,
                    f"#{each.left}",
                    f"#{each.right}{marks.said('judgement', each.position, *alike)}",
                )
                for each in newest
            ],
            indent="  ",
        )
    speaker.give(
        {
            "policy": {"reviewers": rule.reviewers, "blind": rule.blind},
            "runs": [{"entry": position, "kind": kind} for position, kind in runs],
            "proposed": proposed,
            "open": len(still_open),
            "judged": verdicts,
            "agreement": {"pairs": found.pairs, "agreed": found.agreed, "kappa": found.kappa},
            "contradictions": [list(each) for each in against],
        }
    )


def policy(
    reviewers: Annotated[
        int | None,
        typer.Option(min=1, max=2, help="How many answers decide a pair.", show_default=False),
    ] = None,
    blind: Annotated[
        bool | None,
        typer.Option(
            "--blind/--not-blind",
            help="Whether reviewers are kept from seeing how probable a pair is.",
            show_default=False,
        ),
    ] = None,
    as_: PersonOption = "",
    archive: ArchiveOption = None,
    passphrase_file: PassphraseFileOption = None,
    person_passphrase_file: PersonPassphraseFileOption = None,
    json: JsonOption = False,
) -> None:
    """Show or set how pairs are decided."""
    from habeas.cli.opening import acting_person, opened
    from habeas.cli.speaking import Speaker, several

    speaker = Speaker(json)
    archive_ = opened(archive, passphrase_file)
    from habeas.archive import verbs
    from habeas.archive.review.reviewing import policy as in_force

    rule, entry = in_force(), None
    if reviewers is not None or blind is not None:
        person = acting_person(archive_, as_, person_passphrase_file)
        with archive_.writing(person) as batch:
            entry = verbs.review_policy(
                batch,
                reviewers=rule.reviewers if reviewers is None else reviewers,
                blind=rule.blind if blind is None else blind,
            ).position
        rule = in_force()
    words = "do not see" if rule.blind else "see"
    speaker.say(
        f"{several(rule.reviewers, 'answer')} {'decides' if rule.reviewers == 1 else 'decide'} a "
        f"pair. Reviewers {words} how probable it is, and never each other's answers."
    )
    speaker.give({"reviewers": rule.reviewers, "blind": rule.blind, "entry": entry})


def captions_of(positions: Sequence[int]) -> dict[int, str]:
    from habeas.archive import models as m
    from habeas.archive.access import OWNER, visible

    rows = visible(OWNER, m.Mention).filter(position__in=list(positions))
    return dict(rows.values_list("position", "caption"))
