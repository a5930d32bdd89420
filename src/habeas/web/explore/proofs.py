"""The proof that an entry stands in the signed log, with the command that checks it.

Ledger entries are public by design (they hold only salted commitments), so they need no
access rule; whether a page may speak of an entry at all is decided by the row it made.
"""

from __future__ import annotations

import datetime
from typing import Any

from habeas.archive.attestation.proving import inclusion
from habeas.archive.exhibits.custody_chain import attested
from habeas.archive.models import LedgerEntry
from habeas.web.explore import written
from habeas.web.site.viewing import Request

Content = dict[str, Any]


def entry_proof(request: Request, position: int) -> Content:
    """What a reader needs to check one entry: its id, time, proof and checkpoint."""
    proven = inclusion(request.archive, position)
    entry_id, seconds = LedgerEntry.objects.values_list("entry_id", "time").get(position=position)
    when = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return {
        "position": position,
        "entry_id": entry_id,
        "leaf_hash": proven.leaf_hash,
        "time": when.isoformat().replace("+00:00", "Z"),
        "time_words": f"{when.day} {when:%B %Y, %H:%M:%S} UTC",
        "sound": proven.sound,
        "sentence": proven.sentence,
        "checkpoint": {"size": proven.size, "root": proven.root} if proven.sound else None,
        "text": proven.text,
        "attested": [
            {
                "who": step.agent,
                "when": written.date_words(step.happened_at),
                "words": step.changed,
                "entry": step.position,
            }
            for step in attested(request.viewer, position)
        ],
        "command": f"habeas prove {position} --out entry-{position}",
    }
