"""Sealed objects: encrypted, durable, and found by the hash of what lies on disk.

Here belongs how bytes become an object and come back. Nothing here knows what an exhibit is.
"""

__all__ = [
    "encrypting",
    "encrypting_process",
    "object_store",
    "sealing",
]
