from __future__ import annotations

import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.fuzzing import damaged, outcomes, write_bases
from tests.support.phantoms import Phantom, slice_dataset
from viewers.imaging import filereader
from viewers.imaging.scan import scan

SEEDS = 500


@pytest.fixture(scope="module")
def bases(tmp_path_factory, request):
    data = request.getfixturevalue("test_data")
    folder = tmp_path_factory.mktemp("damaged") / "bases"
    write_bases(folder, data)
    return folder


@pytest.mark.filterwarnings("ignore")
def test_that_damaged_files_neither_crash_nor_hang_nor_take_all_memory(bases):
    halves = range(SEEDS // 2), range(SEEDS // 2, SEEDS)
    with ThreadPoolExecutor(2) as pool:
        cases = [case for half in pool.map(lambda seeds: outcomes(bases, seeds), halves) for case in half]
    assert [case.seed for case in cases] == list(range(SEEDS))
    # Slow is left to the benchmark: a machine that does other things is slow.
    assert [case for case in cases if case.what not in ("fine", "refused", "slow")] == []
    assert sum(case.what == "fine" for case in cases) > 50


def test_that_a_seed_always_makes_the_same_file():
    content = [bytes(range(256)) * 4, b"DICM" * 300]
    assert damaged(content, 7) == damaged(content, 7) != damaged(content, 8)


def test_that_a_child_that_dies_costs_its_own_seed_only(tmp_path):
    cases = outcomes(tmp_path, range(5), job="dies_at_odd_seeds")
    assert [(case.seed, case.what) for case in cases] == [
        (0, "fine"), (1, "crash"), (2, "fine"), (3, "crash"), (4, "fine"),
    ]  # fmt: skip


def test_that_a_deflated_bomb_is_refused_without_unpacking_it_into_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(filereader, "_LARGEST_DEFLATED", 20_000_000)
    dataset = slice_dataset(Phantom(), 0)
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1.99"
    path = tmp_path / "bomb"
    dataset.save_as(path, enforce_file_format=True)
    content = path.read_bytes()
    meta_ends = 144 + int.from_bytes(content[140:144], "little")
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    parts = [packer.compress(bytes(10_000_000)) for _ in range(3)]
    path.write_bytes(content[:meta_ends] + b"".join(parts) + packer.flush())
    (refused,) = scan(path).refused
    assert refused.reason == "it unpacks to more than 0.02 GB, which is too much to hold"
