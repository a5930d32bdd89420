"""What others attest: witnesses' cosignatures, timestamps, and the policies that ask for them.

Here belong the formats and their checks. No connection is made here.
"""

__all__ = [
    "cosignatures",
    "opentimestamps",
    "partners",
    "timestamps",
    "tlog_policy",
    "witness",
]
