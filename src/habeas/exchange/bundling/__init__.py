"""The hand-over bundle: what a court's expert gets, and can check without us for years.

A BagIt 1.0 bag with the disclosed files, the exact entries, their proofs, the checkpoints
with cosignatures, the timestamps, the disclosures that were chosen, the keys, reports in
words and one file that verifies it all. ``choosing`` says which entries belong to what is
asked for, ``disclosing`` what of each is shown, ``attesting`` what others attest, ``writing``
puts it together. Format: ``docs/reference/bundle-format.md``.

Invariant: what a viewer of the chosen level may not read is not in the bundle, in no file of
it; what is withheld is there as a commitment only.
"""

__all__ = [
    "choosing",
    "disclosing",
    "previewing",
    "writing",
]
