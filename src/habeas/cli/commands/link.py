"""link run, report, policy: pairs that may be one record, and how they are decided.

A run proposes pairs and joins nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from habeas.archive import models as m
from habeas.archive import verbs
from habeas.archive.access import OWNER, live, visible
from habeas.archive.review.pairs import contradictions, judged, open_pairs
from habeas.archive.review.proposing import PPM, propose
from habeas.archive.review.reviewing import agreement
from habeas.archive.review.reviewing import policy as policy_in_force
from habeas.cli.marking import Marks
from habeas.cli.options import DryRunOption, PersonOption
from habeas.cli.session import PersonSession, Session
from habeas.cli.speaking import Speaker, several, shown
from habeas.linking import LinkingSettings

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
    session: Session,
    kind: KindOption = None,
    threshold: Annotated[
        float, typer.Option(min=0.0001, max=0.9999, help="Keep pairs at least so probable.")
    ] = 0.01,
    dry_run: DryRunOption = False,
) -> None:
    """Propose pairs of records that may be one.

    Compares what sources wrote: names in any script, birth, places, numbers. The pairs are
    recorded and wait for people to judge; nothing is joined. A later run replaces them; what
    was judged stays.
    """
    kinds = _kinds(kind)
    archive = session.open()
    blind = policy_in_force().blind
    documents = []
    for each in kinds:
        with session.progress() as progress:
            found = propose(
                archive,
                each,
                settings=LinkingSettings(threshold=threshold),
                record=not dry_run,
                progress=progress,
            )
        where = "" if found.entry is None else f", entry {found.entry}"
        counts = found.linkage.counts
        records = several(counts.get("records", 0), "record")
        session.say(f"{each}: {records}, {several(len(found.pairs), 'pair')} proposed{where}.")
        _say_pairs(session, found.pairs[:SHOWN], blind=blind)
        if len(found.pairs) > SHOWN:
            session.say(f"  … {len(found.pairs) - SHOWN:,} more")
        for lost in found.linkage.lost[:SHOWN]:
            session.say(f"  - {lost.what}: {lost.reason} ({several(lost.records, 'record')})")
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
        session.say("`habeas link judge` asks about them one by one.")
    session.give({"runs": documents})


def _kinds(given: Sequence[str] | None) -> Sequence[str]:
    for kind in given or ():
        if kind not in KINDS:
            raise typer.BadParameter(f"{kind!r} is none of {', '.join(KINDS)}.")
    return given or KINDS


def _say_pairs(speaker: Speaker, pairs: Sequence[tuple[int, int, int]], *, blind: bool) -> None:
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


def report(session: Session) -> None:
    """How many pairs are open, decided and contradicted, and how far reviewers agree."""
    archive = session.open()
    canonical = dict(visible(OWNER, m.Mention).values_list("position", "canonical"))
    size = archive.size
    runs = list(live(visible(OWNER, m.Linkage)).values_list("position", "kind"))
    proposed = visible(OWNER, m.Candidate).filter(linkage__in=[run for run, _ in runs]).count()
    still_open = open_pairs(OWNER, lambda p: canonical.get(p, p), size, threshold_ppm=0)
    decided = judged(OWNER, size)
    against = contradictions(decided, lambda p: canonical.get(p, p))
    found, rule = agreement(), policy_in_force()
    verdicts = {
        verdict: sum(each.verdict == verdict for each in decided)
        for verdict in ("same", "different", "cannot-tell")
    }
    kappa = "–" if found.kappa is None else f"{found.kappa:.3f}"
    session.table(
        [
            ("reviewers per pair", f"{rule.reviewers}{', blind to the score' * rule.blind}"),
            ("current runs", ", ".join(f"{kind} (entry {p})" for p, kind in runs) or "none"),
            ("pairs proposed", f"{proposed:,}"),
            ("not decided", f"{len(still_open):,}"),
            *((f"judged {verdict}", f"{number:,}") for verdict, number in verdicts.items()),
            ("answered by two", f"{found.pairs:,}, of which {found.agreed:,} alike"),
            ("Cohen's kappa", kappa),
            ("contradictions", f"{len(against):,}"),
        ]
    )
    for each in against[:SHOWN]:
        session.say(
            f"- #{each.left} and #{each.right}: judged different at entry {each.position}, and "
            "the same through other judgements. `habeas link undo` takes one back."
        )
    if decided:
        session.say("Newest judgements:")
        newest = decided[:-SHOWN:-1]
        marks = Marks(OWNER, {"judgement": {each.position for each in newest}})
        alike = marks.common(session, [("judgement", each.position) for each in newest])
        session.table(
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
    session.give(
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
    session: PersonSession,
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
) -> None:
    """Show or set how pairs are decided."""
    archive = session.open()
    rule, entry = policy_in_force(), None
    if reviewers is not None or blind is not None:
        person = session.person(as_)
        with archive.writing(person) as batch:
            entry = verbs.review_policy(
                batch,
                reviewers=rule.reviewers if reviewers is None else reviewers,
                blind=rule.blind if blind is None else blind,
            ).position
        rule = policy_in_force()
    words = "do not see" if rule.blind else "see"
    session.say(
        f"{several(rule.reviewers, 'answer')} {'decides' if rule.reviewers == 1 else 'decide'} a "
        f"pair. Reviewers {words} how probable it is, and never each other's answers."
    )
    session.give({"reviewers": rule.reviewers, "blind": rule.blind, "entry": entry})


def captions_of(positions: Sequence[int]) -> dict[int, str]:
    rows = visible(OWNER, m.Mention).filter(position__in=list(positions))
    return dict(rows.values_list("position", "caption"))
