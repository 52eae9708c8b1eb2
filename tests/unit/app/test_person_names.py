from __future__ import annotations

import pytest

from app.person_names import person_name


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        ("Kim^Youngsu", "Kim, Youngsu"),
        ("Kim^Youngsu=金^永洙=김^영수", "김영수"),
        ("Kim^Youngsu==김^영수", "김영수"),
        ("DOE^JANE^M^DR", "DOE, JANE M"),
        ("DOE", "DOE"),
        ("=山田^太郎", "山田, 太郎"),
        ("", ""),
    ],
)
def test_that_a_person_is_named_as_people_write_it(kept: str, written: str) -> None:
    assert person_name(kept) == written
