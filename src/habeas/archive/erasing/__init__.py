"""Erasure: what rests on a thing is found, shown, signed for by two people, and destroyed.

``closure``   what goes with what, and what stays as a shell;
``planning``  what an erasure would do, counted, and what stands against it;
``elsewhere`` what stays and holds the same bytes or text; ``retold`` what was written with it;
``decisions`` request, approval and the entry itself, which two people stand behind;
``carrying_out`` the steps of carrying it out, each of which a kill may interrupt;
``cleaning``  the database file itself, and what a database server keeps besides;
``requests``  those that wait, and who may answer them.

The ledger is not touched: it holds salted commitments only, and after an erasure nobody can
open those of the erased entries. The log verifies as before and says "erased at entry N".
"""

__all__ = [
    "carrying_out",
    "cleaning",
    "decisions",
    "elsewhere",
    "planning",
    "requests",
]
