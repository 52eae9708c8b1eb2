"""Cumulative incidence against R: survfit with a factor as status, conf.type = "log-log" (survival 3.5-3)."""

from __future__ import annotations

import pytest

from app.statistics.competing import cumulative_incidence
from app.statistics.estimates import Estimate
from app.statistics.survival import kaplan_meier

TIMES, CAUSES = [1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10], [1, 2, 0, 1, 0, 1, 2, 1, 0, 2, 1, 0]
ESTIMATE = [0.0833333333333] * 2 + [0.1759259259259] * 2 + [0.2817460317460] + [0.3875661375661] * 3
ESTIMATE += [0.5286596119929] * 2
ERROR = [0.079785592313] * 2 + [0.113328777579] * 2 + [0.139510854071] + [0.153518931275] * 3 + [0.168661350813] * 2
LOWER = [0.00505283547899] * 2 + [0.02750043530936] * 2 + [0.06552394389893] + [0.11647077022500] * 3
LOWER += [0.18267458286515] * 2
OTHER = [0.0] + [0.0833333333333] * 3 + [0.1891534391534] * 3 + [0.3302469135802] * 3


def test_that_incidence_error_and_interval_are_those_of_r() -> None:
    found = cumulative_incidence(TIMES, CAUSES)
    assert found.incidence == pytest.approx(ESTIMATE, abs=1e-9)
    assert found.error == pytest.approx(ERROR, abs=1e-9)
    assert found.lower == pytest.approx(LOWER, abs=1e-9)
    assert cumulative_incidence(TIMES, CAUSES, 2).incidence == pytest.approx(OTHER, abs=1e-9)


def test_that_both_causes_and_survival_make_one() -> None:
    first, second = (cumulative_incidence(TIMES, CAUSES, cause) for cause in (1, 2))
    free = kaplan_meier(TIMES, [c != 0 for c in CAUSES]).survival
    assert first.incidence + second.incidence + free == pytest.approx([1.0] * 10)


def test_that_with_nothing_competing_it_is_one_minus_kaplan_meier() -> None:
    events = [c == 1 for c in CAUSES]
    found = cumulative_incidence(TIMES, [int(e) for e in events])
    assert found.incidence == pytest.approx(1 - kaplan_meier(TIMES, events).survival)


def test_that_a_death_takes_away_from_incidence_and_not_from_one_minus_kaplan_meier() -> None:
    """Two die at 1, of the other two one progresses at 2: 1/4 by Aalen-Johansen, 1/2 by 1 - KM."""
    times, causes = [1, 1, 2, 3], [2, 2, 1, 0]
    assert cumulative_incidence(times, causes).incidence[-1] == pytest.approx(0.25)
    assert 1 - kaplan_meier(times, [c == 1 for c in causes]).survival[-1] == pytest.approx(0.5)


def test_that_it_is_read_off_by_time() -> None:
    found = cumulative_incidence(TIMES, CAUSES)
    at = found.at(4.5)
    assert (at.value, at.lower) == pytest.approx((ESTIMATE[3], LOWER[3]), abs=1e-9)
    assert (found.at(0.5), found.at(11)) == (Estimate(0.0), Estimate(None))
    assert cumulative_incidence([], []).at(1) == Estimate(None)
    everybody = cumulative_incidence([1, 2], [1, 1])
    assert everybody.incidence.tolist() == [0.5, 1.0]


def test_that_what_is_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="time"):
        cumulative_incidence([-1], [1])
    with pytest.raises(ValueError, match="causes"):
        cumulative_incidence([1], [])
