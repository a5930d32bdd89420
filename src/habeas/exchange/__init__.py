"""Importers and exporters, one module a format.

An importer checks everything first, then seals, then writes in one transaction under one
person's signature: bad input gets a list of every fault and changes nothing.
"""

__all__ = [
    "bundling",
    "errors",
    "exporting",
    "folder",
    "importing",
    "tidy",
]
