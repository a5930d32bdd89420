"""What estimation refuses or cautions of, and why, in sentences a statistician can act on.

HabeasError
└── EstimationError
    ├── BadTable              estimation.bad-table            the numbers contradict themselves
    ├── ExtraMissing          estimation.packages-missing     numpy, scipy or numba is not there
    ├── BadSetting            estimation.bad-setting          a setting has no meaning
    ├── Unanswered            estimation.unanswered           a question to the user is open
    └── Refused                                               the table cannot carry an estimate
        ├── TooFewLists       estimation.too-few-lists
        ├── TooManyLists      estimation.too-many-lists
        ├── EmptyList         estimation.empty-list
        ├── TooFewPeople      estimation.too-few-people    nothing can be learnt from so few
        ├── ListsNearlyOne    estimation.lists-nearly-one  lists that hold the same people
        ├── ListCompiled      estimation.list-compiled     a list that was made from others
        ├── Disconnected      estimation.disconnected         lists that share nobody with the rest
        ├── NoEstimate        estimation.no-finite-estimate   the likelihood has no maximum
        ├── NotIdentified     estimation.not-identified       the data do not determine the model
        ├── ModelTooRich      estimation.no-model             no model has an estimate
        └── NotConverged      estimation.not-converged        the chains disagree, or are too short
"""

from __future__ import annotations

from dataclasses import dataclass

from habeas.errors import HabeasError


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that a reader of the number must know. Codes are part of the interface."""

    code: str
    sentence: str


class EstimationError(HabeasError):
    """Whatever estimation refuses."""

    code = "estimation.error"


class BadTable(EstimationError):
    """The numbers of a table contradict each other, or are not counts."""

    code = "estimation.bad-table"


class ExtraMissing(EstimationError):
    """The packages that estimation needs are not installed."""

    code = "estimation.packages-missing"


class BadSetting(EstimationError):
    """A setting is outside what it may be."""

    code = "estimation.bad-setting"


class Unanswered(EstimationError):
    """A question that only the user can answer about the lists is open."""

    code = "estimation.unanswered"


class Refused(EstimationError):
    """No number can be justified from this table (or by this method from it)."""

    code = "estimation.refused"


class TooFewLists(Refused):
    """Fewer lists than the method needs."""

    code = "estimation.too-few-lists"


class TooManyLists(Refused):
    """More lists than can be computed."""

    code = "estimation.too-many-lists"


class EmptyList(Refused):
    """A list has no one on it."""

    code = "estimation.empty-list"


class TooFewPeople(Refused):
    """Too few people are documented to learn anything from."""

    code = "estimation.too-few-people"


class ListsNearlyOne(Refused):
    """Two lists hold nearly the same people, so they tell nothing of each other."""

    code = "estimation.lists-nearly-one"


class ListCompiled(Refused):
    """A list was, as far as its numbers show, compiled from others."""

    code = "estimation.list-compiled"


class Disconnected(Refused):
    """Some lists share no one with the rest."""

    code = "estimation.disconnected"


class NoEstimate(Refused):
    """The likelihood has no maximum at a finite number."""

    code = "estimation.no-finite-estimate"


class NotIdentified(Refused):
    """The table does not determine the model."""

    code = "estimation.not-identified"


class ModelTooRich(Refused):
    """No model that was tried has an estimate."""

    code = "estimation.no-model"


class NotConverged(Refused):
    """The chains disagree or are too short; no number is given."""

    code = "estimation.not-converged"
