"""What others attest of this archive's log: asked for, kept, proven, checked again."""

__all__ = [
    "cosigning",
    "proving",
    "timestamping",
]
