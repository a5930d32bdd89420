"""The names that other people's notebooks may rely on."""

from __future__ import annotations

from habeas import estimation


def test_the_public_names_are_these() -> None:
    assert set(estimation.__all__) == {
        "CaptureTable", "Estimate", "ClassSettings", "LatentClass", "estimate", "estimate_classes",
        "from_counts", "from_memberships", "over_imputations", "over_strata",
        "prior_sensitivity", "rank", "read_csv", "stepwise",
    }  # fmt: skip
    for name in estimation.__all__:
        assert getattr(estimation, name) is not None
