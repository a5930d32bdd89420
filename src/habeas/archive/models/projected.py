"""Projection tables: what the entries say, in rows; droppable. See the package docstring."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from habeas.archive.models.exact_text import ExactText


class Projection(models.Model):
    """A row made by the entry at ``position``, readable by whoever may read ``label``."""

    table_class: ClassVar = "projection"
    position = models.BigIntegerField(primary_key=True)
    label = models.CharField(max_length=32)

    class Meta:
        abstract = True
        managed = False


class Label(models.Model):
    """A distinct set of access requirements; ``id`` is the digest of its parts.

    ``level`` is the strictest handling in it. ``public_until`` is the last day (ISO) on
    which everyone whose consent it needs agrees to publication; '' means not agreed,
    '9999-12-31' means without end or no consent needed. Those that need nobody's consent are few
    beside the others.
    """

    table_class: ClassVar = "projection"
    id = models.CharField(max_length=32, primary_key=True)
    level = models.SmallIntegerField()
    public_until = models.CharField(max_length=10)
    needs_consent = models.BooleanField(db_index=True)
    awaits = models.BooleanField()  # a gate in it is closed (``access.gates``): not public

    class Meta:
        managed = False
        db_table = "projection_label"


class LabelPart(models.Model):
    """One requirement of a label: a compartment at a level, one person's consent, or a gate."""

    table_class: ClassVar = "projection"
    id = models.CharField(max_length=70, primary_key=True)  # label ':' kind ':' target
    label = models.CharField(max_length=32, db_index=True)
    compartment = models.BigIntegerField(null=True)
    level = models.SmallIntegerField(null=True)
    consent_of = models.BigIntegerField(null=True, db_index=True)  # a mention or a source
    gate_of = models.BigIntegerField(null=True, db_index=True)  # a list, a claim or a picture

    class Meta:
        managed = False
        db_table = "projection_label_part"


class ArchiveTitle(Projection):
    """What the archive is about, and who makes it, as said when it was made."""

    title = ExactText()
    made_by = ExactText()  # empty: not said

    class Meta:
        managed = False
        db_table = "projection_archive_title"


class Compartment(Projection):
    key = ExactText(unique=True)
    title = ExactText()

    class Meta:
        managed = False
        db_table = "projection_compartment"


class Key(Projection):
    """A signing key granted, retired or lost. A person may have several.

    ``by``: who signed the grant, '' the installation alone. ``request``: of a key that two
    others recovered for its holder, what the first of them asked.
    """

    holder = ExactText(db_index=True)  # 'entry', 'checkpoint' or a person's pseudonym
    role = models.CharField(max_length=20)  # entry | checkpoint | person
    verifier = ExactText()  # C2SP vkey
    by = ExactText()
    request = models.BigIntegerField(null=True)
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")  # retired | lost

    class Meta:
        managed = False
        db_table = "projection_key"


class Vocabulary(Projection):
    """A vocabulary version in force from this position; of the name ``region``, a choice of
    regions, whose digest it is."""

    digest = models.CharField(max_length=64, db_index=True)
    name = ExactText()

    class Meta:
        managed = False
        db_table = "projection_vocabulary"


class Exhibit(Projection):
    address = models.CharField(max_length=64, db_index=True)  # SHA-256 of the ciphertext
    plain_sha256 = models.CharField(max_length=64, db_index=True)
    size_bytes = models.BigIntegerField(db_index=True)  # to find likely twins of a file
    filename = ExactText()
    media_type = ExactText()
    title = ExactText()
    received_from = ExactText()
    received_on = ExactText()  # EDTF, '' unknown
    note = ExactText()

    class Meta:
        managed = False
        db_table = "projection_exhibit"


class CustodyEvent(Projection):
    exhibit = models.BigIntegerField(db_index=True)
    event = models.CharField(max_length=20)
    agent = ExactText()
    happened_at = ExactText()  # EDTF date or time as stated
    place = ExactText()
    reason = ExactText()
    authority = ExactText()
    responsible = ExactText()
    changed = ExactText()
    before_sha256 = models.CharField(max_length=64, default="")
    after_sha256 = models.CharField(max_length=64, default="")
    derived = models.BigIntegerField(null=True, db_index=True)  # the exhibit made of this one
    outcome = models.CharField(max_length=12, default="")  # of a check: as-sealed | damaged
    person = ExactText()  # whose key signed the event too, '' nobody's

    class Meta:
        managed = False
        db_table = "projection_custody_event"


class Layer(Projection):
    """A text layer: one reading of an exhibit, or of a file inside it. Offsets are code points."""

    exhibit = models.BigIntegerField(db_index=True)
    inner_path = ExactText()  # '' for the exhibit's own text
    address = models.CharField(max_length=64)  # the text, sealed as an object
    text_sha256 = models.CharField(max_length=64)
    reader = ExactText()
    reader_version = ExactText()
    settings = ExactText()  # canonical JSON
    length = models.BigIntegerField()  # code points

    class Meta:
        managed = False
        db_table = "projection_layer"


class Passage(Projection):
    """An exact place: a half-open range [start, stop) of a layer (code points) or of an exhibit
    (bytes); or, where it has a ``form``, a place of ``habeas.vocabulary.locations``.

    A cell or row has its range of a layer too; the others have none, and ``start`` and ``stop``
    are 0. ``reading`` is what bounds it; ``quote`` may then be what somebody reads there.
    """

    exhibit = models.BigIntegerField(db_index=True)
    layer = models.BigIntegerField(null=True)
    start = models.BigIntegerField()
    stop = models.BigIntegerField()
    quote = ExactText()
    prefix = ExactText()  # up to 32 characters before
    suffix = ExactText()  # up to 32 characters after
    form = models.CharField(max_length=10, default="")  # '' for words
    reading = models.BigIntegerField(null=True)
    inner_path = ExactText(default="")
    place = ExactText(default="")  # canonical JSON: the numbers of a location by name

    class Meta:
        managed = False
        db_table = "projection_passage"


class Source(Projection):
    code = ExactText()  # how the team refers to it, e.g. 'zenz-2019-07' or a witness code
    name = ExactText()  # '' for a source known by its code only
    kind = models.CharField(max_length=20)
    about = ExactText()
    url = ExactText()
    interests = ExactText()  # canonical JSON: [{"kind": code, "text": ...}, ...]
    previous = models.BigIntegerField(null=True)  # the version that this one replaces
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")  # retracted | superseded

    class Meta:
        managed = False
        db_table = "projection_source"


class Lineage(Projection):
    """``source`` repeats ``repeats``: it is not an independent origin."""

    source = models.BigIntegerField(db_index=True)
    repeats = models.BigIntegerField(db_index=True)
    reason = ExactText()
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")

    class Meta:
        managed = False
        db_table = "projection_lineage"


class Transcript(Projection):
    """``source`` wrote down, in the file ``transcript``, what is said in the recording."""

    exhibit = models.BigIntegerField(db_index=True)  # the recording
    transcript = models.BigIntegerField(db_index=True)  # the exhibit that holds the lines
    reading = models.BigIntegerField(null=True)  # of it, whose layer holds them
    source = models.BigIntegerField(db_index=True)
    language = models.CharField(max_length=35)
    translates = models.BigIntegerField(null=True)  # another transcript of the recording
    note = ExactText()
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")

    class Meta:
        managed = False
        db_table = "projection_transcript"


class List(Projection):
    """One import: the rows that came together and can be retracted together."""

    name = ExactText()
    digest = models.CharField(max_length=64, db_index=True)  # of the imported files
    exhibit = models.BigIntegerField(null=True)
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")
    needs_acceptance = models.BooleanField(default=False)  # by the policy when it came in

    class Meta:
        managed = False
        db_table = "projection_list"


class Mention(Projection):
    """``canonical`` is the earliest mention of the record as of now."""

    kind = models.CharField(max_length=20)
    caption = ExactText()
    language = models.CharField(max_length=35, default="")  # BCP 47
    script = models.CharField(max_length=4, default="")
    list = models.BigIntegerField(null=True, db_index=True)
    row = ExactText()  # the row's own id in its list
    canonical = models.BigIntegerField(db_index=True)
    ended_at = models.BigIntegerField(null=True)  # when its list, or its owner's, was retracted
    ended_by = models.CharField(max_length=12, default="")
    of = models.BigIntegerField(null=True, db_index=True)  # a mention of its owner

    class Meta:
        managed = False
        db_table = "projection_mention"
        indexes = (models.Index(fields=["kind", "position"], name="mention_by_kind"),)


class Claim(Projection):
    subject = models.BigIntegerField()  # a mention
    property = models.CharField(max_length=40)
    stance = models.CharField(max_length=16)  # asserts | denies | does-not-know | retracts
    value = ExactText()  # canonical JSON of habeas.vocabulary values
    value_type = models.CharField(max_length=10)
    value_key = ExactText()  # comparison key: code, folded text, or EDTF; '' when not stated
    number_low = models.BigIntegerField(null=True)  # counts
    number_high = models.BigIntegerField(null=True)  # null with a low: no upper bound
    value_from = models.BigIntegerField(null=True)  # dates: earliest day, proleptic ordinal
    value_to = models.BigIntegerField(null=True)
    ref = models.BigIntegerField(null=True, db_index=True)  # a mention, for references
    holds = ExactText()  # EDTF: when the value held; '' not stated
    holds_from = models.BigIntegerField(null=True)
    holds_to = models.BigIntegerField(null=True)
    attribution = ExactText()  # canonical JSON list, the speaker first
    source = models.BigIntegerField()  # the speaker: attribution[0]
    list = models.BigIntegerField(null=True)
    row = ExactText()
    vocabulary = models.CharField(max_length=64)
    note = ExactText()  # what the one who recorded it adds; not part of what the source says
    previous = models.BigIntegerField(null=True)  # the claim that this one corrects
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")  # retracted | superseded
    ended_why = models.BigIntegerField(null=True)  # target of the retraction: claim, list, source

    class Meta:
        managed = False
        db_table = "projection_claim"
        indexes = (
            models.Index(fields=["subject", "property"], name="claim_by_subject"),
            models.Index(fields=["property", "subject"], name="claim_by_property"),
            models.Index(fields=["list"], name="claim_by_list"),
            models.Index(fields=["previous"], name="claim_by_previous"),
        )


class ClaimSource(models.Model):
    """Who says a claim (ordinal 0) and through whom (1, 2, ...)."""

    table_class: ClassVar = "projection"
    pk = models.CompositePrimaryKey("claim", "ordinal")
    claim = models.BigIntegerField()
    ordinal = models.SmallIntegerField()
    source = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "projection_claim_source"
        indexes = (models.Index(fields=["source", "claim"], name="claim_source_by_source"),)


class ClaimPassage(models.Model):
    """The passages that a claim cites, in order."""

    table_class: ClassVar = "projection"
    pk = models.CompositePrimaryKey("claim", "ordinal")
    claim = models.BigIntegerField()
    ordinal = models.SmallIntegerField()
    passage = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "projection_claim_passage"
        indexes = (models.Index(fields=["passage", "claim"], name="claim_passage_by_passage"),)


class Judgement(Projection):
    left = models.BigIntegerField(db_index=True)
    right = models.BigIntegerField(db_index=True)
    verdict = models.CharField(max_length=12)  # same | different | cannot-tell
    reason = ExactText()
    person = ExactText()
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")

    class Meta:
        managed = False
        db_table = "projection_judgement"


class Assessment(Projection):
    target = models.BigIntegerField(db_index=True)
    target_kind = models.CharField(max_length=12)  # claim | source
    scheme = models.CharField(max_length=20)
    grade = models.CharField(max_length=20)
    reason = ExactText()
    person = ExactText()
    # nothing ends one yet; whoever reads it asks already
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")
    #: Of what a picture shows: confirms | refutes | own (by whom it was claimed, where that does
    #: not count); '' for the other schemes.
    depiction = models.CharField(max_length=10, default="")

    class Meta:
        managed = False
        db_table = "projection_assessment"


class Consent(Projection):
    subject = models.BigIntegerField(db_index=True)  # a mention of a person, or a source
    basis = models.CharField(max_length=24)
    scope = ExactText()
    purposes = ExactText()  # canonical JSON list of codes
    audience = models.SmallIntegerField()  # a handling level: 0 public ... 3 sealed
    expires = models.CharField(max_length=10, default="")  # ISO day, '' never
    at_risk = ExactText()  # relatives at risk, as stated
    reason = ExactText()
    person = ExactText()  # who signed it, '' the installation alone
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")  # withdrawn | superseded

    class Meta:
        managed = False
        db_table = "projection_consent"


class Hold(Projection):
    """A legal hold. ``person``: who signed it, '' the installation alone."""

    target = models.BigIntegerField(db_index=True)
    authority = ExactText()
    reason = ExactText()
    person = ExactText()
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")

    class Meta:
        managed = False
        db_table = "projection_hold"


class Retraction(Projection):
    target = models.BigIntegerField(db_index=True)
    target_kind = models.CharField(max_length=12)
    reason = ExactText()
    person = ExactText()

    class Meta:
        managed = False
        db_table = "projection_retraction"


class Definition(Projection):
    """A figure's definition, exactly as written."""

    key = ExactText(db_index=True)
    title = ExactText()
    kind = models.CharField(max_length=10)  # counted | reported | estimated
    text = ExactText()  # YAML
    digest = models.CharField(max_length=64)
    ended_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="")

    class Meta:
        managed = False
        db_table = "projection_definition"


class Batch(Projection):
    """The entries [first, position) of one import, under one person's signature."""

    first = models.BigIntegerField()
    root = models.CharField(max_length=64)
    person = ExactText()

    class Meta:
        managed = False
        db_table = "projection_batch"
