from __future__ import annotations

import pytest

from viewers.widgets.marks import MM_UNIT, length_text


@pytest.mark.parametrize(
    ("length_mm", "said"), [(9.95, "10.0"), (9.949999, "9.9"), (12.25, "12.3"), (12.35, "12.4"), (0.04, "0.0")]
)
def test_that_a_length_is_written_as_a_diameter_is_recorded_half_up_from_its_decimal_text(
    length_mm: float, said: str
) -> None:
    assert length_text(length_mm) == f"{said}{MM_UNIT}"
