from pathlib import Path

import pytest

from app.demo.study import Variant, write_study
from app.demo.truth import Truth


@pytest.fixture(scope="session")
def small_study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """The small variant on disk, written once."""
    folder = tmp_path_factory.mktemp("demonstration") / "small"
    return folder, write_study(folder, Variant.SMALL)
