"""figure holdings: the counts that every archive has without a definition."""

from __future__ import annotations

from dataclasses import asdict

from habeas.archive.access import OWNER
from habeas.cli.marking import of_level
from habeas.cli.options import AsOfOption
from habeas.cli.session import Session
from habeas.figures.errors import AheadOfLedger
from habeas.figures.evaluation import holdings as counted
from habeas.figures.evaluation.loading import Ground


def holdings(session: Session, as_of: AsOfOption = None) -> None:
    """Count what the archive holds: records by kind, exhibits, sources, claims reviewed and not.

    Needs no definition. `habeas why KEY` follows each down.
    """
    archive = session.open()
    size = archive.size
    if as_of is not None and as_of > size:
        raise AheadOfLedger(
            f"The ledger has only {size:,} entries, not {as_of:,}.",
            next_step=f"Ask as of a size up to {size}.",
        )
    found = counted.holdings(Ground(OWNER, size if as_of is None else as_of))
    session.table(
        [(each.key, f"{each.number:,}", each.title + of_level(each.handling)) for each in found]
    )
    session.say("`habeas why KEY` follows one down to sealed bytes.")
    session.give(
        {"holdings": [asdict(each) for each in found], "as_of": size if as_of is None else as_of}
    )
