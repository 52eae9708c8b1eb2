"""What every test runs in: no settings of the user, no real data folder, fonts as shipped, no leaked threads."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from app.demo.truth import Truth

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A test is right or wrong, however busy the machine; on a new machine it tries the same examples each time.
settings.register_profile(
    "hepatrace",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("hepatrace")

ROOT = Path(__file__).resolve().parent.parent
TEST_DATA = Path(os.environ.get("HEPATRACE_TEST_DATA", ROOT.parent / "shared" / "data"))
SHARED = TEST_DATA.parent
"""Real and reference tables that are no part of the repository: worked cases, a published cohort."""

NEEDS_TABLES = "needs the shared tables"
NEEDS_DATA = "needs the real DICOM"


@pytest.fixture(autouse=True, scope="session")
def compiled_loops() -> None:
    """Images are scaled by the loop that the program compiles behind its window."""
    import_module("viewers.imaging.compiled_greys")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real DICOM; the test is skipped where there is none."""
    if not TEST_DATA.is_dir():
        pytest.skip(f"{NEEDS_DATA} in HEPATRACE_TEST_DATA ({TEST_DATA} does not exist)")
    return TEST_DATA


@pytest.fixture(scope="session")
def small_study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """The small variant of the demonstration study on disk, written once, with its truth."""
    from app.demo.study import Variant, write_study

    folder = tmp_path_factory.mktemp("demonstration") / "small"
    return folder, write_study(folder, Variant.SMALL)


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder and settings of this test alone."""
    folder = tmp_path_factory.mktemp("hepatrace-data")
    monkeypatch.setenv("HEPATRACE_DATA", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    return folder


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """Every Python thread that a test starts has ended with it, but those that wait for bands of a plane."""
    before = set(threading.enumerate())
    yield
    started = [t for t in threading.enumerate() if t not in before and not t.name.startswith("bands")]
    leaked = [t for t in started if t.is_alive() and not t.daemon]
    for thread in leaked:
        thread.join(timeout=5)
    assert not [t for t in leaked if t.is_alive()], "a thread outlived its test"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A skip for missing test data is a failure where the data is there."""
    report = yield
    told = str(report.longrepr)
    lacking = (NEEDS_DATA in told and TEST_DATA.is_dir()) or (NEEDS_TABLES in told and SHARED.is_dir())
    if report.skipped and lacking:
        report.outcome = "failed"
        report.longrepr = f"skipped for missing test data, yet {SHARED} exists: {report.longrepr}"
    return report
