"""The verbs: everything that can be done to an archive, each one or more appended entries.

A verb takes the batch of ``Archive.writing`` first, checks what it is given, and appends.
Things are referred to by the ``Ref`` that a verb returned, or by ledger position.
"""

from habeas.archive.verbs.accepting import accept, gate_policy
from habeas.archive.verbs.attesting import cosignature, timestamp
from habeas.archive.verbs.blocking import block, unblock
from habeas.archive.verbs.citing import LayerRange, cite, locate
from habeas.archive.verbs.claiming import Attribution, claim, correct
from habeas.archive.verbs.consenting import consent, hold, lift, withdraw
from habeas.archive.verbs.custody_events import custody
from habeas.archive.verbs.deciding import assess, judge, retract
from habeas.archive.verbs.defining import define
from habeas.archive.verbs.grouping import group
from habeas.archive.verbs.linking import linkage, review, review_policy
from habeas.archive.verbs.naming import begin_list, compartment, lineage, mention, source
from habeas.archive.verbs.people import (
    add_key,
    add_person,
    end_key,
    recover_key,
    request_key,
)
from habeas.archive.verbs.picturing import picture_hash, picture_reference
from habeas.archive.verbs.reading import reading
from habeas.archive.verbs.regions import choose_regions
from habeas.archive.verbs.sealing import layer, seal
from habeas.archive.verbs.searching import log_export, log_search, state_purpose
from habeas.archive.verbs.transcribing import transcript
from habeas.archive.verbs.trusting import approve_policy, first_policy, request_policy

__all__ = [
    "Attribution",
    "LayerRange",
    "accept",
    "add_key",
    "add_person",
    "approve_policy",
    "assess",
    "attesting",
    "begin_list",
    "block",
    "blocking",
    "choose_regions",
    "cite",
    "claim",
    "claiming",
    "compartment",
    "consent",
    "consenting",
    "correct",
    "cosignature",
    "custody",
    "custody_events",
    "deciding",
    "define",
    "defining",
    "end_key",
    "first_policy",
    "gate_policy",
    "group",
    "handing_over",
    "hold",
    "judge",
    "layer",
    "lift",
    "lineage",
    "linkage",
    "linking",
    "locate",
    "log_export",
    "log_search",
    "mention",
    "picture_hash",
    "picture_reference",
    "picturing",
    "reading",
    "recover_key",
    "referring",
    "regions",
    "request_key",
    "request_policy",
    "retract",
    "review",
    "review_policy",
    "seal",
    "source",
    "state_purpose",
    "timestamp",
    "transcript",
    "unblock",
    "withdraw",
]
