import math

import pytest

from app.demo.relaxation import FLIP_DEG, TISSUES, TR_MS, Tissue


def test_that_the_signal_is_that_of_a_spoiled_gradient_echo() -> None:
    # at T1 = TR / ln(1 / cos a) the flip angle is the Ernst angle, where S is M0 tan(a / 2) without decay
    ernst_ms = -TR_MS / math.log(math.cos(math.radians(FLIP_DEG)))
    at, dark = (Tissue(ernst_ms, 1e9, 1.0).signals()[0], Tissue(1e9, 1e9, 1.0).signals()[0])
    full = Tissue(1e-6, 1e9, 1.0).signals()[0] / math.sin(math.radians(FLIP_DEG))  # fully relaxed: M0 sin a
    assert at / full == pytest.approx(math.tan(math.radians(FLIP_DEG / 2)), rel=1e-9)
    assert dark / full == pytest.approx(0, abs=1e-6)


def test_that_agent_shortens_t1_by_its_relaxivity() -> None:
    # blood: 1/1932 ms + 6.4 x 0.5 per s = 3.7176 per s, a T1 of 268.99 ms; hepatocytes: 1/752 ms + 9.8 x 0.2 = 304.0 ms
    blood = Tissue(1932.0, 50.0, 1.0, (0.5, 0.0, 0.0)).signals()
    assert blood[1] == pytest.approx(Tissue(268.99, 50.0, 1.0).signals()[0], rel=1e-4)
    assert blood[2] == blood[0]
    liver = Tissue(752.0, 22.0, 1.0, uptake=(0.0, 0.0, 0.2)).signals()
    assert liver[3] == pytest.approx(Tissue(304.0, 22.0, 1.0).signals()[0], rel=1e-3)


def test_that_short_t2_star_is_dark() -> None:
    bright = TISSUES["liver"].signals()[0]
    assert all(TISSUES[name].signals()[0] < 0.1 * bright for name in ("bone", "lung", "air", "plaque"))
