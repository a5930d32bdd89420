"""The tables, each in exactly one of the four classes of the design (``table_class``).

``ledger``      the entries: public by design, never changed.
``content``     what the entries commit to, and the keys: erasable, otherwise never changed.
``projection``  a pure function of ledger, content and program version: droppable.
``local``       locks and state of this installation.

Projection rows are keyed by the ledger position of the entry that made them. Their
references are positions too (plain integers, not foreign keys: the ledger guarantees the
target, and a rebuild may run in any batch size). ``label`` names the access label of the
row (see ``habeas.archive.access.labels``): nothing reads a row with a label except through
``habeas.archive.access``. ``ended_at`` is the position of the entry that ended a thing
(retracted or superseded it), so a thing is live as of size ``n`` when
``position < n and (ended_at is null or ended_at >= n)``.
"""

from habeas.archive.models.attestations import Cosignature, Timestamp
from habeas.archive.models.erasing import (
    Block,
    Erased,
    Erasure,
    ErasureApproval,
    ErasureRequest,
)
from habeas.archive.models.gated import Acceptance, GatePolicy
from habeas.archive.models.grouped import GroupedClaim, Grouping
from habeas.archive.models.hashed import PictureHash, PictureReference
from habeas.archive.models.linked import Candidate, Linkage, Review, ReviewPolicy
from habeas.archive.models.named import NameKey
from habeas.archive.models.permanent import (
    ContentDisclosures,
    ContentObjectKey,
    LedgerCheckpoint,
    LedgerEntry,
    LocalState,
)
from habeas.archive.models.projected import (
    ArchiveTitle,
    Assessment,
    Batch,
    Claim,
    ClaimPassage,
    ClaimSource,
    Compartment,
    Consent,
    CustodyEvent,
    Definition,
    Exhibit,
    Hold,
    Judgement,
    Key,
    Label,
    LabelPart,
    Layer,
    Lineage,
    List,
    Mention,
    Passage,
    Projection,
    Retraction,
    Source,
    Transcript,
    Vocabulary,
)
from habeas.archive.models.queued import ReadingJob
from habeas.archive.models.read import Reading
from habeas.archive.models.searches import BatchSearch, Export, StatedPurpose
from habeas.archive.models.trusted import KeyRequest, TrustPolicy, TrustPolicyRequest

__all__ = [
    "Acceptance",
    "ArchiveTitle",
    "Assessment",
    "Batch",
    "BatchSearch",
    "Block",
    "Candidate",
    "Claim",
    "ClaimPassage",
    "ClaimSource",
    "Compartment",
    "Consent",
    "ContentDisclosures",
    "ContentObjectKey",
    "Cosignature",
    "CustodyEvent",
    "Definition",
    "Erased",
    "Erasure",
    "ErasureApproval",
    "ErasureRequest",
    "Exhibit",
    "Export",
    "GatePolicy",
    "GroupedClaim",
    "Grouping",
    "Hold",
    "Judgement",
    "Key",
    "KeyRequest",
    "Label",
    "LabelPart",
    "Layer",
    "LedgerCheckpoint",
    "LedgerEntry",
    "Lineage",
    "Linkage",
    "List",
    "LocalState",
    "Mention",
    "NameKey",
    "Passage",
    "PictureHash",
    "PictureReference",
    "Projection",
    "Reading",
    "ReadingJob",
    "Retraction",
    "Review",
    "ReviewPolicy",
    "Source",
    "StatedPurpose",
    "Timestamp",
    "Transcript",
    "TrustPolicy",
    "TrustPolicyRequest",
    "Vocabulary",
    "exact_text",
    "queued",
]
