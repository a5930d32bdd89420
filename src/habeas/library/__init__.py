"""The library: one archive, open in a program or a notebook.

``handle`` is the archive as a program has it, ``reading`` and ``recording`` its two halves,
``arguments`` what they are given, ``tables`` what they give, ``notebook`` how that looks and what
is warned of, ``worker`` the one thread that touches the database, ``wording`` errors in the words
of a program. ``habeas`` itself names what is public (``habeas.__all__``); nothing else here is.
"""

__all__ = [
    "errors",
    "handle",
    "tables",
]
