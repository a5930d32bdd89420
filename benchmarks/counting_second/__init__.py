"""A second count, written from the reference alone, to hold the program's figures against.

It was written from ``docs/reference/figure-definitions.md``, ``docs/methods/counting.md``,
``docs/methods/dates-and-counts.md`` and decisions 0009 and 0034, by somebody who had not read
``habeas.figures``; ``inventories``, from ``docs/methods/inventories.md``, by somebody who had, and
so by another way of finding the fewest. It imports nothing of habeas: claims and the rest are plain
rows, definitions are the YAML that people write, and every rule is as long-winded as its sentence
in the reference.

Invariant: what it does has a sentence in the reference. Where the two counts differ, the reference
decides; where the reference is silent, it is mended first.
"""
