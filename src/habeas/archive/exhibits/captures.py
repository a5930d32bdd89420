"""Who vouches for an exhibit that is a captured web archive, as its reading kept it.

The reader of a WACZ, in the sandbox, keeps the hash of the package's list and the document that may
sign it as two parts of its text's map (``stored``). Here the signature is checked over those two,
each time anew: whom the team trusts may have changed. Invariant: what the viewer may not see is
not looked at.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from habeas.archive import models as m
from habeas.archive.access import Viewer, visible
from habeas.archive.readings import parts_of, standing
from habeas.custody.bundles.capture_trust import read_trust
from habeas.custody.bundles.wacz import (
    DIGEST,
    PACKAGE,
    CaptureSignature,
    SignatureStanding,
    check_signature,
)

if TYPE_CHECKING:
    from habeas.archive.opening import Archive

MEDIA_TYPE = "application/wacz"
_SHA256 = re.compile("[0-9a-f]{64}")

WORDS = {
    SignatureStanding.NONE: "No one signed it.",
    SignatureStanding.FALSE: "Its signature does not hold.",
    SignatureStanding.TEST: "Signed with a certificate of a test authority, which vouches for "
    "no one: not sound.",
    SignatureStanding.UNKNOWN: "The signature is valid, but its signer is not trusted here: not "
    "sound.",
    SignatureStanding.SOUND: "Signed, and the signature is valid, by a signer that this archive "
    "trusts.",
}
UNREAD = "Its signature was not looked at: it was read by an older program. Read it again."


@dataclass(frozen=True, slots=True)
class CapturedPage:
    """``signature`` is None where the reading kept nothing to check; ``faults``: what the reading
    found wrong with the package itself.
    """

    signature: CaptureSignature | None
    faults: tuple[str, ...]

    @property
    def words(self) -> str:
        return UNREAD if self.signature is None else WORDS[self.signature.standing]

    def facts(self) -> list[tuple[str, str]]:
        """What was found, each with what it is."""
        found = self.signature
        if found is None:
            return []
        key = f"{found.key_name} ({found.key})" if found.key_name else found.key
        stamped = "" if found.stamped_at is None else f"{found.stamped_at:%Y-%m-%dT%H:%M:%SZ}"
        facts = [
            ("for the domain", found.domain),
            ("by the key", key),
            ("certificates", " ← ".join(found.chain)),
            ("made, as it says", found.created),
            ("stamped", f"{stamped} by {found.stamped_by}" if stamped else ""),
            ("software, as it says", found.software),
        ]
        return [(name, value) for name, value in facts if value]

    @property
    def remarks(self) -> list[str]:
        found = self.signature
        return [*self.faults, *([] if found is None else [*found.faults, *found.doubts])]

    def as_json(self) -> dict[str, Any]:
        found = self.signature
        return {
            "standing": "not-looked-at" if found is None else str(found.standing),
            "words": self.words,
            "domain": found.domain if found else "",
            "key": found.key if found else "",
            "key_name": found.key_name if found else "",
            "certificates": list(found.chain) if found else [],
            "created": found.created if found else "",
            "stamped_at": f"{found.stamped_at:%Y-%m-%dT%H:%M:%SZ}"
            if found and found.stamped_at
            else "",
            "stamped_by": found.stamped_by if found else "",
            "remarks": self.remarks,
        }


def capture_of(archive: Archive, viewer: Viewer, exhibit: m.Exhibit) -> CapturedPage | None:
    """What vouches for an exhibit; None where it is no such package, or was not read yet."""
    reading = standing(viewer, exhibit.position)
    if reading is None or reading.media_type != MEDIA_TYPE or reading.layer is None:
        return None
    if not visible(viewer, m.Layer).filter(position=reading.layer).exists():
        return None
    faults = tuple(json.loads(reading.warnings or "[]"))
    kept = {
        part.locator.get("path"): part.stored
        for part in parts_of(archive, reading.layer)
        if part.stored and part.locator.get("path") in (PACKAGE, DIGEST)
    }
    digest = kept.get(PACKAGE, "")
    if not _SHA256.fullmatch(digest):
        return CapturedPage(None, faults)
    if DIGEST not in kept:
        return CapturedPage(CaptureSignature(), faults)
    return CapturedPage(
        check_signature(kept[DIGEST], digest, read_trust(archive.directory)), faults
    )
