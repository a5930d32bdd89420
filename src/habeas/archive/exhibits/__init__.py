"""Exhibits: files taken in, where words stand in them, copies handed out, and their custody.

What is inside a file is read by ``pipeline``; what may be shown of it is asked of ``access``.
"""

__all__ = [
    "blocking",
    "captures",
    "custody_chain",
    "intake",
    "located",
    "locating",
    "places",
    "quoting",
    "same_bytes",
    "transcripts",
    "working_copies",
]
