"""The comparisons of two records, and the steps of each.

Invariants: every pair of records falls on exactly one step of each comparison; -1 is "not known
on one side" and says nothing. The ``m`` here are judgements, for runs too small to learn from,
and weigh as much as twenty pairs in larger ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from habeas.linking.settings import ExtraField

UNKNOWN = -1
#: Likeness from which two pieces are one name, nearly, perhaps.
SAME, NEAR, PERHAPS = 0.92, 0.85, 0.73
#: How many of the rows bear a name like this: rare below the first, common from the second.
RARE, COMMON = 0.0005, 0.005
#: As if there were so many rows more, in which the name does not occur.
ROWS_TO_KNOW = 500

#: Steps of a name, by what they mean.
NAME_RARE, NAME_SOME, NAME_COMMON, NAME_TURNED, NAME_NEAR, NAME_PERHAPS, NAME_OTHER = (
    7, 6, 5, 4, 3, 2, 0,
)  # fmt: skip
#: The steps of a value that a crowd of records have: there only where there is a crowd.
NAME_CROWDED, YEAR_CROWDED, PLACE_CROWDED = 8, 4, 3
#: The steps on which two records have the same value, whatever it is.
SAME_STEPS = {
    "given": (NAME_RARE, NAME_SOME, NAME_COMMON), "father": (NAME_RARE, NAME_SOME, NAME_COMMON),
    "birth": (3,), "place": (2,),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """One step: its number, what it means, how often records of one person are on it."""

    value: int
    means: str
    m: float
    u: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison; ``steps`` from the most alike to the least. ``bits`` of the pattern."""

    name: str
    steps: tuple[Level, ...]

    def step(self, value: int) -> Level:
        return next(step for step in self.steps if step.value == value)


def _names(name: str, word: str, other: float) -> Comparison:
    same = 1.0 - other - 0.15
    return Comparison(
        name,
        (
            Level(NAME_RARE, f"same {word}, a rare one", same * 0.3, 0.0001),
            Level(NAME_SOME, f"same {word}", same * 0.4, 0.002),
            Level(NAME_COMMON, f"same {word}, a common one", same * 0.3, 0.01),
            Level(NAME_TURNED, "the two names in the other order", 0.01, 0.0005),
            Level(NAME_NEAR, f"{word} nearly the same", 0.09, 0.01),
            Level(NAME_PERHAPS, f"{word} somewhat alike", 0.05, 0.03),
            Level(NAME_OTHER, f"another {word}", other, 0.95),
        ),
    )


GIVEN = _names("given", "given name", 0.03)
WHOLE = _names("given", "name", 0.05)
FATHER = _names("father", "father's or family name", 0.08)
BIRTH = Comparison(
    "birth",
    (
        Level(3, "same year of birth", 0.72, 0.02),
        Level(2, "years of birth that fit or are one apart", 0.2, 0.05),
        Level(1, "years of birth up to five apart", 0.06, 0.15),
        Level(0, "years of birth further apart", 0.02, 0.78),
    ),
)
PLACE = Comparison(
    "place",
    (
        Level(2, "a place in common", 0.75, 0.02),
        Level(1, "places of one prefecture", 0.13, 0.1),
        Level(0, "no place in common", 0.12, 0.88),
    ),
)
GENDER = Comparison(
    "gender", (Level(1, "same gender", 0.98, 0.5), Level(0, "another gender", 0.02, 0.5))
)
ID = Comparison(
    "identifier",
    (Level(1, "an identifier in common", 0.9, 1e-7), Level(0, "other identifiers", 0.1, 0.9999999)),
)


def field_comparison(field: ExtraField) -> Comparison:
    """The comparison of a further field."""
    name, plain = f"field_{field.name}", field.name.replace("_", " ")
    steps: tuple[Level, ...]
    if field.how == "exact":
        steps = (
            Level(1, f"same {plain}", 0.9, 0.01),
            Level(0, f"another {plain}", 0.1, 0.99),
        )
    else:
        steps = (
            Level(3, f"same {plain}", 0.8, 0.005),
            Level(2, f"{plain} nearly the same", 0.1, 0.005),
            Level(1, f"{plain} somewhat alike", 0.04, 0.02),
            Level(0, f"another {plain}", 0.06, 0.97),
        )
    return Comparison(name, steps)


def comparisons_of(kind: str, fields: tuple[ExtraField, ...]) -> tuple[Comparison, ...]:
    """The comparisons of a kind of record, in the order of the pattern."""
    own = (GIVEN, FATHER, BIRTH, PLACE, GENDER, ID) if kind == "person" else (WHOLE, PLACE, ID)
    return (*own, *(field_comparison(field) for field in fields))


def crowded(comparison: Comparison) -> Level:
    """The step of a value that a crowd of records have; its weights follow from the crowd."""
    if comparison.name == "birth":
        return Level(YEAR_CROWDED, "same year of birth, which very many have", 0.0, 0.0)
    if comparison.name == "place":
        return Level(PLACE_CROWDED, "a place in common, which very many have", 0.0, 0.0)
    plain = comparison.step(NAME_SOME).means
    return Level(NAME_CROWDED, f"{plain}, which very many have", 0.0, 0.0)


def unpacked(pattern: int, comparisons: tuple[Comparison, ...]) -> tuple[int, ...]:
    """The steps that a pattern stands for: four bits each, the step plus one."""
    return tuple(((pattern >> (4 * at)) & 15) - 1 for at in range(len(comparisons)))


def packed_sql(columns: list[str]) -> str:
    """SQL that packs steps into a pattern."""
    return " + ".join(
        f"cast({column} + 1 as bigint) * {1 << (4 * at)}" for at, column in enumerate(columns)
    )
