"""The whole answer: a number with what is needed to doubt it, or a refusal."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.estimation.tables import table

from habeas.estimation import ClassSettings, Estimate, estimate, from_counts
from habeas.estimation.combining import over_imputations, over_strata
from habeas.estimation.drawing import specifications
from habeas.estimation.errors import BadSetting, Disconnected, Unanswered
from habeas.estimation.reporting import as_page, largest_moves

QUICK = ClassSettings(precision=0.03, most_sweeps=20_000)


def asked(data: object, **more: object) -> Estimate:
    given = {
        "closed_population": "yes",
        "everyone_could_be_listed": "unknown",
        "settings": QUICK,
        "resamples": 20,
        **more,
    }
    return estimate(data, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def kosovo(vectors: Path) -> Estimate:
    return asked(table(vectors, "kosovo"))


@pytest.fixture(scope="module")
def orleans(vectors: Path) -> Estimate:
    return asked(table(vectors, "new_orleans"))


def test_no_number_before_the_questions_are_answered(vectors: Path) -> None:
    with pytest.raises(Unanswered, match="Closed population"):
        estimate(table(vectors, "kosovo"))
    with pytest.raises(Unanswered, match="Everyone could have been listed"):
        estimate(table(vectors, "kosovo"), closed_population="yes")
    with pytest.raises(BadSetting, match="answers no question"):
        asked(table(vectors, "kosovo"), closed_population="maybe")


def test_the_answer_says_its_floor_assumption_and_answers(kosovo: Estimate) -> None:
    assert kosovo.floor == 4400
    assert kosovo.sentence.startswith("At least 4,400")
    assert "cannot test" in kosovo.reported.assumption
    said = kosovo.to_json()
    assert said["answers"] == {"closed_population": "yes", "everyone_could_be_listed": "unknown"}
    assert "some-beyond-reach" in {caution.code for caution in kosovo.cautions}


def test_all_methods_stand_beside_each_other(kosovo: Estimate) -> None:
    assert [each.key for each in kosovo.methods] == [
        "latent-class",
        "log-linear-bic",
        "log-linear-aic",
        "log-linear-stepwise",
        "independence",
    ]
    bic = kosovo.method("log-linear-bic")
    assert bic.model == "[123,14,34]"
    assert bic.over_models is not None
    assert bic.low is not None
    assert bic.over_models[0] < bic.low


def test_models_that_fit_as_well_and_say_otherwise_are_told(kosovo: Estimate) -> None:
    (caution,) = [each for each in kosovo.cautions if each.code == "models-disagree"]
    assert "10,357" in caution.sentence
    assert "18,393" in caution.sentence


def test_the_netherlands_come_with_warnings(vectors: Path) -> None:
    """R LCMCR says 50,000 or 143,000 by seed: whatever we say is never said alone."""
    found = asked(table(vectors, "netherlands"))
    codes = {caution.code for caution in found.cautions}
    assert found.refused or {"thin-overlap", "mostly-unseen", "methods-disagree"} <= codes


def test_what_hangs_on_one_match_is_told(orleans: Estimate) -> None:
    assert len(largest_moves(orleans)) == 5
    (fewer,) = [e for e in orleans.one_link if e.change == "one person on C and D fewer"]
    assert round(fewer.estimate or 0, 1) == 1183.7
    assert len(orleans.without_each_list) == 8
    assert all(each.estimate is not None or each.reason for each in orleans.without_each_list)


def test_the_curve_passes_through_the_estimate(orleans: Estimate) -> None:
    (middle,) = [point for point in orleans.curve if point.factor == 1.0]
    assert middle.estimate == orleans.reported.estimate
    assert orleans.curve[0].estimate > orleans.floor


def test_a_method_that_refuses_is_shown_and_not_replaced(vectors: Path) -> None:
    settings = ClassSettings(precision=0.0001, most_sweeps=10_000, chains=2)
    few = table(vectors, "netherlands_5").without("R").merged(["K", "Z"]).shifted(1, 0)
    found = asked(few, settings=settings)
    assert found.refused
    assert found.reported.refusal == "estimation.not-converged"
    assert "no estimate" in found.sentence
    assert found.method("independence").estimate is not None
    assert found.curve == ()


def test_forty_lists_get_classes_and_refusals_by_name() -> None:
    lists = [f"L{n}" for n in range(40)]
    cells = {
        "".join("1" if j in (n, (n + 1) % 40) else "0" for j in range(40)): 9 for n in range(40)
    }
    settings = ClassSettings(precision=0.05, most_sweeps=10_000, classes=2, chains=2)
    found = asked(from_counts(lists, cells), settings=settings)
    assert {m.refusal for m in found.methods[1:]} == {"estimation.too-many-lists"}
    assert "one-method-only" in {caution.code for caution in found.cautions}


def test_a_table_that_cannot_be_estimated_is_refused() -> None:
    with pytest.raises(Disconnected):
        asked(from_counts("ABC", {"110": 3, "100": 9, "010": 9, "001": 9}))


def test_json_is_plain_and_finite(kosovo: Estimate) -> None:
    text = json.dumps(kosovo.to_json(), allow_nan=False)
    assert json.loads(text)["table"]["digest"] == kosovo.table.digest


def test_the_page_loads_nothing_and_escapes(vectors: Path) -> None:
    korea = table(vectors, "korea")
    named = from_counts(
        ["<script>b", "c", "d"], {korea.pattern(mask): count for mask, count in korea.counts}
    )
    page = as_page(asked(named), "A <b>title</b>")
    assert "<script" not in page
    assert page.count("<svg") == 5
    assert "A &lt;b&gt;title" in page


def test_plots_hold_their_data(kosovo: Estimate) -> None:
    found = specifications(kosovo)
    assert set(found) == {"overlaps", "methods", "posterior", "trace", "assumption"}
    assert "url" not in json.dumps([spec["data"] for spec in found.values()])


def test_a_notebook_shows_the_report(kosovo: Estimate) -> None:
    assert "At least 4,400" in kosovo._repr_html_()


def test_rubins_rules_by_hand() -> None:
    """Rubin (1987), (3.1.2)-(3.1.6), worked for two imputations."""
    found = over_imputations([100.0, 110.0], [0.01, 0.01])
    between = (np.log(1.1)) ** 2 / 2
    assert found.estimate == pytest.approx(np.sqrt(100 * 110))
    assert found.missing_information == pytest.approx(1.5 * between / (0.01 + 1.5 * between))
    assert found.degrees_of_freedom == pytest.approx(1 / found.missing_information**2)
    assert found.low < 100 < 110 < found.high


def test_imputations_without_difference_add_nothing() -> None:
    found = over_imputations([100.0, 100.0, 100.0], [0.01, 0.01, 0.01])
    assert found.missing_information == 0
    assert found.high == pytest.approx(100 * np.exp(1.959964 * 0.1))
    with pytest.raises(BadSetting):
        over_imputations([100.0], [0.01])
    with pytest.raises(BadSetting):
        over_imputations([100.0, float("nan")], [0.01, 0.01])


def test_strata_add_draw_by_draw() -> None:
    rng = np.random.default_rng(4)
    draws = [rng.normal(100, 10, 20_000), rng.normal(200, 10, 20_000)]
    total = over_strata(draws, seed=1)
    width = np.diff(np.quantile(total, (0.025, 0.975)))[0]
    assert width == pytest.approx(2 * 1.96 * np.hypot(10, 10), rel=0.03)  # not 2 * 2 * 1.96 * 10


def test_importing_the_room_loads_no_heavy_package() -> None:
    program = (
        "import sys, habeas.estimation\n"
        "print(*sorted({'numpy', 'scipy', 'numba'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "", done.stderr


@pytest.mark.parametrize("package", ["numpy", "scipy", "numba"])
def test_without_the_extra_it_says_what_to_install(package: str) -> None:
    program = (
        f"import sys\nsys.modules[{package!r}] = None\n"
        "import habeas.estimation as room\n"
        "from habeas.estimation.errors import ExtraMissing\n"
        "room.from_counts('ABC', {'111': 9})\n"
        "try:\n    room.estimate\nexcept ExtraMissing as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert f"needs {package}" in done.stdout, done.stderr
    assert "habeas[estimation]" in done.stdout
