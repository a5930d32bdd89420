"""Which of the pairs compared are candidates, and in which order.

Invariants: of two records only the likeliest pair of rows is one; candidates come likeliest
first, then by ids; what is left out for want of room is the least likely, and is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from habeas.linking.engine import by_column
from habeas.linking.records import CandidatePair, Lost
from habeas.linking.wording import SIDE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from habeas.linking.engine import Engine
    from habeas.linking.settings import LinkingSettings
    from habeas.linking.wording import Wording


def choose(
    engine: Engine, settings: LinkingSettings, kind: str, scores: Mapping[int, float]
) -> list[Lost]:
    """Table ``chosen`` (left_id, right_id, p, pattern, l, r) of the pairs of a kind of record.

    ``scores``: probability of each pattern; ``p`` is in millionths. Gives what was left out.
    """
    millionths = sorted(
        (pattern, round(p * 1_000_000)) for pattern, p in scores.items() if p >= settings.threshold
    )
    engine.put("scores", by_column(("pattern", "p"), millionths))
    engine.make(
        "likely",
        "select q.l, q.r, q.pattern, s.p, x.rec as x_rec, y.rec as y_rec from pairs q"
        " join scores s on q.pattern = s.pattern"
        " join r x on q.l = x.rid join r y on q.r = y.rid",
    )
    engine.make(
        "best",
        "select * from (select *, row_number() over (partition by"
        " case when x_rec < y_rec then x_rec else y_rec end,"
        " case when x_rec < y_rec then y_rec else x_rec end"
        " order by p desc, l, r) as place_in from likely) z where place_in = 1",
    )
    lost = _keep_likeliest(engine, settings.most_candidates)
    # the new record is the left one; of two new ones, that with the lower id
    turned = "i.new < j.new or (i.new = j.new and i.text > j.text)"
    engine.make(
        "chosen",
        "select p, pattern, case when turned = 1 then y_id else x_id end as left_id,"
        " case when turned = 1 then x_id else y_id end as right_id,"
        " case when turned = 1 then r else l end as l, case when turned = 1 then l else r end as r"
        " from (select b.p, b.pattern, b.l, b.r, i.text as x_id, j.text as y_id,"
        f" case when {turned} then 1 else 0 end as turned"
        f" from best b join ids_{kind} i on b.x_rec = i.rec join ids_{kind} j on b.y_rec = j.rec"
        ") z",
    )
    engine.drop("scores", "likely", "best", "pairs", "patterns")
    return lost


def whys(engine: Engine) -> dict[tuple[int, int], str]:
    """Why the pieces are alike that candidates have on either side."""
    met = " union all ".join(
        f"select x.{column} as m, y.{column} as n from chosen b"
        " join r x on b.l = x.rid join r y on b.r = y.rid"
        for column in ("g", "f")
    )
    found = engine.rows(
        "select w.a, w.b, w.text from whys w join (select distinct"
        " case when m < n then m else n end as a, case when m < n then n else m end as b"
        f" from ({met}) x) z on w.a = z.a and w.b = z.b"
    )
    return {(a, b): why for a, b, why in found}


def chosen(engine: Engine, wording: Wording) -> Iterator[CandidatePair]:
    """The candidates in order."""
    sides = ", ".join(f"{side}.{column}" for side in "xy" for column in SIDE)
    found = engine.rows(
        f"select n.left_id, n.right_id, n.p, n.pattern, {sides}"
        " from chosen n join r x on n.l = x.rid join r y on n.r = y.rid"
        " order by n.p desc, n.left_id, n.right_id"
    )
    for row in found:
        reasons = wording.reasons(row[3], row[4:], row[:2])
        yield CandidatePair(row[0], row[1], row[2] / 1_000_000, reasons)
    engine.drop("chosen")


def _keep_likeliest(engine: Engine, most: int) -> list[Lost]:
    """No more than anybody could hold: the least likely go, and it is said."""
    running = 0
    floor = None
    for p, n in engine.rows("select p, count(*) from best group by p order by p desc"):
        running += int(n)
        if running > most:
            floor = int(p)
            break
    if floor is None:
        return []
    (dropped,) = next(iter(engine.rows(f"select count(*) from best where p <= {floor}")))
    engine.make("kept", f"select * from best where p > {floor}")
    engine.make("best", "select * from kept")
    engine.drop("kept")
    return [
        Lost(
            "candidates", f"candidates of a probability up to {floor / 1_000_000}", int(dropped),
            f"More than {most:,} candidates: the least likely were left out.",
        )
    ]  # fmt: skip
