"""What others attest about the log, as rows."""

from __future__ import annotations

import hashlib
from binascii import a2b_base64

from habeas.archive import models as m
from habeas.archive.projection.projector import Projector
from habeas.archive.store.facts import Fact, stored_json


def cosignature(p: Projector, fact: Fact) -> None:
    f = fact.fields
    p.add(
        m.Cosignature,
        fact,
        p.own_label(f),
        partner=f["partner"],
        verifier=f["verifier"],
        size=f["size"],
        root=f["root"],
        signed_at=f["signed_at"],
        line=f["line"],
    )


def timestamp(p: Projector, fact: Fact) -> None:
    f = fact.fields
    p.add(
        m.Timestamp,
        fact,
        p.own_label(f),
        method=f["method"],
        size=f["size"],
        root=f["root"],
        proof_sha256=hashlib.sha256(a2b_base64(f["proof"])).hexdigest(),
        proof=f["proof"],
        chain=stored_json(f.get("chain", [])),
        authority=f.get("authority", ""),
        stamped_at=f.get("stamped_at"),
        accepted_by=stored_json(f.get("accepted_by", [])),
    )
