"""Opens exhibits: bytes in, text with locators out. Pure; knows no archive.

Only strict decoding of plain text is done in process. Everything that needs a parser waits
for the sandbox.
"""

__all__ = [
    "columns",
    "documents",
    "encodings",
    "errors",
    "hash_index",
    "measured",
    "pdq",
    "readers",
    "sandbox",
    "tables",
]
