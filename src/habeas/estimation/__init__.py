"""How many were never documented: multiple systems estimation, or a refusal that says why.

Plain Python; usable alone. ``estimate(table, ...)`` is the door. numpy, scipy and numba come
with the extra ``estimation`` and are loaded when first used, not when this is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from habeas.estimation.tables import CaptureTable, from_counts, from_memberships, read_csv

if TYPE_CHECKING:
    from habeas.estimation.classes import ClassSettings, LatentClass, estimate_classes
    from habeas.estimation.combining import over_imputations, over_strata
    from habeas.estimation.estimating import Estimate, estimate
    from habeas.estimation.priors import prior_sensitivity
    from habeas.estimation.searching import rank, stepwise

__all__ = [
    "CaptureTable",
    "ClassSettings",
    "Estimate",
    "LatentClass",
    "estimate",
    "estimate_classes",
    "from_counts",
    "from_memberships",
    "over_imputations",
    "over_strata",
    "prior_sensitivity",
    "rank",
    "read_csv",
    "stepwise",
]

_PACKAGES = ("numpy", "scipy", "numba")
_LATER = {
    "Estimate": "estimating",
    "LatentClass": "classes",
    "ClassSettings": "classes",
    "estimate": "estimating",
    "estimate_classes": "classes",
    "over_imputations": "combining",
    "over_strata": "combining",
    "prior_sensitivity": "priors",
    "rank": "searching",
    "stepwise": "searching",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib
    import importlib.util

    for package in _PACKAGES:
        if importlib.util.find_spec(package) is None:
            from habeas.estimation.errors import ExtraMissing

            raise ExtraMissing(
                f"Estimation needs {package}, which is not installed.",
                next_step="Install habeas with its extra: `pip install 'habeas[estimation]'`.",
            )
    return getattr(importlib.import_module(f"habeas.estimation.{_LATER[name]}"), name)
