"""Pages of records, claims, sources and differences: each asks a builder of ``habeas.display``.

Not here: what they show.
"""
