"""The archive's own keys change: a new epoch, or new signing keys handed over."""

__all__ = [
    "handing_over",
    "handover_documents",
    "rotating",
]
