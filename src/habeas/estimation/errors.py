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
    code = "estimation.error"


class BadTable(EstimationError):
    code = "estimation.bad-table"


class ExtraMissing(EstimationError):
    code = "estimation.packages-missing"


class BadSetting(EstimationError):
    code = "estimation.bad-setting"


class Unanswered(EstimationError):
    code = "estimation.unanswered"


class Refused(EstimationError):
    """No number can be justified from this table (or by this method from it)."""

    code = "estimation.refused"


class TooFewLists(Refused):
    code = "estimation.too-few-lists"


class TooManyLists(Refused):
    code = "estimation.too-many-lists"


class EmptyList(Refused):
    code = "estimation.empty-list"


class TooFewPeople(Refused):
    code = "estimation.too-few-people"


class ListsNearlyOne(Refused):
    code = "estimation.lists-nearly-one"


class ListCompiled(Refused):
    code = "estimation.list-compiled"


class Disconnected(Refused):
    code = "estimation.disconnected"


class NoEstimate(Refused):
    code = "estimation.no-finite-estimate"


class NotIdentified(Refused):
    code = "estimation.not-identified"


class ModelTooRich(Refused):
    code = "estimation.no-model"


class NotConverged(Refused):
    code = "estimation.not-converged"
