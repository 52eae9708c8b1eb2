from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from threading import Event, get_ident, get_native_id
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.tasks import Failure, TaskRunner, Token


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.close()


def test_that_a_job_runs_off_the_main_thread_and_reports_on_it(qtbot: QtBot, runner: TaskRunner) -> None:
    seen: dict[str, Any] = {}

    def done(result: object) -> None:
        seen["result"], seen["callback"] = result, get_ident()

    runner.start("s", lambda token: ("read", get_ident()), done=done, failed=pytest.fail)
    qtbot.waitUntil(lambda: "result" in seen)
    word, worker = seen["result"]
    assert word == "read"
    assert worker != get_ident()
    assert seen["callback"] == get_ident()


def test_that_a_newer_job_in_a_slot_makes_the_older_stale(qtbot: QtBot, runner: TaskRunner) -> None:
    release, results = Event(), []

    def slow(token: Token) -> str:
        release.wait(5)
        return "old"

    runner.start("s", slow, done=results.append, failed=pytest.fail)
    runner.start("s", lambda token: "new", done=results.append, failed=pytest.fail)
    qtbot.waitUntil(lambda: bool(results))
    release.set()
    runner.close()
    qtbot.wait(20)
    assert results == ["new"]


def test_that_a_failure_brings_its_message_and_details(qtbot: QtBot, runner: TaskRunner) -> None:
    failures: list[Failure] = []

    def job(token: Token) -> None:
        raise ValueError("no such folder")

    runner.start("s", job, done=lambda _: pytest.fail("it failed"), failed=failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert failures[0].message == "no such folder"
    assert "ValueError" in failures[0].details


def test_that_a_cancelled_job_stops_at_its_next_progress(qtbot: QtBot, runner: TaskRunner) -> None:
    started, steps, told = Event(), [], []

    def job(token: Token) -> None:
        for step in range(10_000):
            token.progress(step, 10_000)
            steps.append(step)
            started.set()
            Event().wait(0.001)

    runner.start("s", job, done=pytest.fail, failed=pytest.fail, cancelled=lambda: told.append(True))
    started.wait(5)
    runner.request_cancel("s")
    qtbot.waitUntil(lambda: bool(told))
    assert len(steps) < 10_000


def test_that_progress_arrives_in_order(qtbot: QtBot, runner: TaskRunner) -> None:
    seen: list[tuple[int, int]] = []
    ended: list[object] = []

    def job(token: Token) -> str:
        for step in range(5):
            token.progress(step, 5)
        return "x"

    runner.start("s", job, done=ended.append, failed=pytest.fail, progressed=lambda a, b: seen.append((a, b)))
    qtbot.waitUntil(lambda: bool(ended))
    assert seen == [(0, 5), (1, 5), (2, 5), (3, 5), (4, 5)]


def test_that_jobs_that_follow_each_other_fast_end_with_the_newest_and_are_dropped_on_the_runners_thread(
    qtbot: QtBot, runner: TaskRunner
) -> None:
    results: list[int] = []
    dropped_by: list[int] = []

    class Owned:
        """Stands for something of Qt that a job holds."""

        def __init__(self, number: int) -> None:
            self.number = number

        def __del__(self) -> None:
            dropped_by.append(get_ident())

        def job(self, token: Token) -> int:
            return self.number

        def done(self, result: int) -> None:
            results.append(result)

    for number in range(300):
        owned = Owned(number)
        runner.start("s", owned.job, done=owned.done, failed=pytest.fail)
        del owned
        if number % 7 == 0:  # now and then the ends are handled while others still run
            qtbot.wait(1)
    qtbot.waitUntil(lambda: results[-1:] == [299] and len(dropped_by) == 300)
    assert results == sorted(results)
    assert set(dropped_by) == {get_ident()}


def test_that_a_job_that_was_made_stale_before_its_turn_never_runs(qtbot: QtBot) -> None:
    runner = TaskRunner(threads=1)
    release, ran = Event(), []

    def first(token: Token) -> None:
        release.wait(5)

    runner.start("other", first, done=lambda _: None, failed=pytest.fail)
    for number in range(3):
        runner.start("s", lambda token, number=number: ran.append(number), done=lambda _: None, failed=pytest.fail)
    release.set()
    qtbot.waitUntil(lambda: not runner.is_running("s"))
    runner.close()
    assert ran == [2]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells the priority of a thread")
def test_that_a_job_behind_leaves_the_processor_to_others(qtbot: QtBot, runner: TaskRunner) -> None:
    found: dict[str, int] = {}

    def nice(_token: Token) -> int:
        return os.getpriority(os.PRIO_PROCESS, get_native_id())

    runner.start("a", nice, done=lambda n: found.update(behind=n), failed=pytest.fail, behind=True)
    runner.start("b", nice, done=lambda n: found.update(other=n), failed=pytest.fail)
    qtbot.waitUntil(lambda: len(found) == 2)
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert found["other"] == own
    assert found["behind"] >= min(19, own + 5)
