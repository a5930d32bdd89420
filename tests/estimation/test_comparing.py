"""What the methods say about each other: alone, apart, or in agreement."""

from __future__ import annotations

from habeas.estimation.comparing import compared
from habeas.estimation.results import MethodResult


def method(key: str, *said: float) -> MethodResult:
    if not said:
        return MethodResult(key, key, "", refusal="estimation.no-model", reason="None.")
    return MethodResult(key, key, "", *said)


def codes(*methods: MethodResult) -> list[str]:
    return [caution.code for caution in compared(methods, 1_000)]


def test_intervals_that_do_not_meet_are_told_with_both() -> None:
    """A factor of 1.09 between the numbers passed without a word."""
    methods = [
        method("latent-class", 2_330, 2_200, 2_500),
        method("log-linear-bic", 2_470, 2_374, 2_584),
        method("log-linear-stepwise", 2_280, 2_240, 2_322),
    ]
    (caution,) = compared(methods, 1_000)
    assert caution.code == "intervals-apart"
    assert "2,240 to 2,322 (log-linear-stepwise)" in caution.sentence
    assert "2,374 to 2,584 (log-linear-bic)" in caution.sentence


def test_an_interval_without_an_upper_end_can_be_the_higher_one() -> None:
    open_ended = MethodResult("log-linear-bic", "BIC", "", 1_500, 1_450, None)
    (caution,) = compared([method("latent-class", 1_300, 1_200, 1_400), open_ended], 1_000)
    assert caution.code == "intervals-apart"
    assert "1,450 to no upper end" in caution.sentence


def test_intervals_that_meet_are_not_told() -> None:
    assert (
        codes(method("latent-class", 1_300, 1_200, 1_400), method("b", 1_400, 1_400, 1_600)) == []
    )


def test_independence_is_no_second_opinion() -> None:
    alone = codes(
        method("latent-class", 1_300, 1_200, 1_400),
        method("log-linear-bic"),
        method("independence", 2_000, 1_900, 2_100),
    )
    assert alone == ["one-method-only"]


def test_no_number_at_all_needs_no_caution() -> None:
    assert codes(method("latent-class"), method("log-linear-bic")) == []


def test_one_number_without_the_reported_one_is_told_too() -> None:
    assert codes(method("latent-class"), method("log-linear-bic", 1_300, 1_200, 1_400)) == [
        "one-method-only"
    ]
