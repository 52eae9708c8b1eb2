import math

import numpy as np
import pytest

from app.demo.lesions import AnyLesion, Metastasis, NecroticTumour, TreatedTumour, build_lesion
from app.demo.story import read_story

CASES = [(p.id, name, size) for p in read_story().timepoints for name, size in p.diameters_mm.items()]
IDS = [f"{p}-{name}" for p, name, _ in CASES]


def build(case: tuple) -> AnyLesion:
    point, name, size = case
    return build_lesion(name, point, size)


def ring(blob: object, centre: tuple[float, float, float], reach: float, count: int = 360) -> np.ndarray:
    """The outline in the middle plane, found by bisection along rays, (count, 2)."""
    angle = np.linspace(0, 2 * math.pi, count, endpoint=False)
    low, high = np.zeros(count), np.full(count, reach)
    for _ in range(40):
        mid = (low + high) / 2
        x, y = centre[0] + mid * np.cos(angle), centre[1] + mid * np.sin(angle)
        inside = blob.distance(x.astype(np.float64), y.astype(np.float64), centre[2]) < 0  # type: ignore[attr-defined]
        low, high = np.where(inside, mid, low), np.where(inside, high, mid)
    return np.column_stack([centre[0] + low * np.cos(angle), centre[1] + low * np.sin(angle)])


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_that_the_lines_are_as_long_as_the_story_says(case: tuple) -> None:
    lesion, size = build(case), case[2]
    for chord, mm in ((lesion.counted(), size.counted), (lesion.whole(), size.whole or size.counted)):
        assert math.dist(chord.start, chord.end) == pytest.approx(mm, abs=1e-6)
        assert chord.start[2] == chord.end[2] == lesion.centre[2]
        assert lesion.centre[2] % 5 == 0


@pytest.mark.parametrize("case", [c for c in CASES if c[1].startswith("E")], ids=[i for i in IDS if "-E" in i])
def test_that_no_chord_of_a_metastasis_is_longer_than_its_line(case: tuple) -> None:
    lesion, size = build(case), case[2]
    assert isinstance(lesion, Metastasis)
    edge = ring(lesion.blob, lesion.centre, 40.0)
    assert np.max(np.linalg.norm(edge[:, None] - edge[None], axis=2)) == pytest.approx(
        size.whole or size.counted, abs=0.02
    )
    if lesion.node:  # short axis: the widest extent across the long axis
        a, b = lesion.whole().start, lesion.whole().end
        across = np.array([-(b[1] - a[1]), b[0] - a[0]]) / math.dist(a, b)
        assert np.ptp(edge @ across) == pytest.approx(size.counted, abs=0.02)


def test_that_no_chord_of_the_rim_that_avoids_the_necrosis_is_longer_than_the_viable_one() -> None:
    case = next(c for c in CASES if c[:2] == ("BL", "IT1"))
    lesion = build(case)
    assert isinstance(lesion, NecroticTumour)
    edge = ring(lesion.outline, lesion.centre, 40.0, 720)
    longest = 0.0
    t = np.linspace(0, 1, 161)[:, None]
    for i, a in enumerate(edge):
        for b in edge[i + 1 :: 1]:
            length = math.dist(a, b)
            if length <= max(longest, 48.0):
                continue
            points = a + t * (b - a)
            if np.all(lesion.core.distance(points[:, 0], points[:, 1], lesion.centre[2]) > 0):
                longest = length
    assert longest == pytest.approx(49.2, abs=0.15)
    whole = np.max(np.linalg.norm(edge[:, None] - edge[None], axis=2))
    assert whole == pytest.approx(53.6, abs=0.02)


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if c[0] != "BL" and c[1] in ("IT1", "IT2")],
    ids=[i for i in IDS if i[:2] == "FU" and "-IT" in i],
)
def test_that_viable_tumour_lies_inside_the_treated_outline_and_clear_of_the_oil(case: tuple) -> None:
    lesion = build(case)
    assert isinstance(lesion, TreatedTumour)
    edge = ring(lesion.viable, lesion.viable.centre, 40.0)
    assert np.max(np.linalg.norm(edge[:, None] - edge[None], axis=2)) == pytest.approx(case[2].counted, abs=0.02)
    assert np.max(lesion.outline.distance(edge[:, 0], edge[:, 1], lesion.centre[2])) < 0
    assert np.min(lesion.oil.distance(edge[:, 0], edge[:, 1], lesion.centre[2])) > 0
    outline = ring(lesion.outline, lesion.centre, 40.0)
    assert np.max(np.linalg.norm(outline[:, None] - outline[None], axis=2)) == pytest.approx(case[2].whole, abs=0.02)
