"""How the command line turns a case into its result, and many cases line by line, on all processors."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import get_context
from typing import Any

from app.profiles import Profiles
from mrecist.assess import assess
from mrecist.bestresponse import confirmed, has_response_after_complete, unconfirmed
from mrecist.case import Case
from mrecist.casefile import CaseFileError, Sequenced, decode, read_line
from mrecist.catalogue import Catalogue
from mrecist.decisions.advisory import Panel, advise, panel_data
from mrecist.resultfile import result, result_text
from mrecist.results import Assessment
from mrecist.robustness import DRAWS, SEED, Robustness, robustness
from mrecist.rulesets import MeasurementError, RuleSet

Line = tuple[int, bytes]
_LINES_AT_ONCE = 16
"""Few, so that no process is left alone with the last ones for long."""
_CHUNKS_AHEAD = 3
_WRITER = json.JSONEncoder(check_circular=False)
"""Writes as `json.dumps` does, without looking for cycles: a result is a tree that was just made."""


@dataclass(frozen=True, slots=True)
class Judging:
    """By what a case is judged: rule set and protocols; `named` is the protocol of cases that name none.

    Where neither the case nor `named` says, the first protocol decides on what is recorded.

    With `error`, each response is told with its probability under this measurement error; with `scores`, each time
    point with the published schemes on a further TACE. Neither decides anything. Sentences are in the language of the
    `catalogue`, else in English.
    """

    ruleset: RuleSet
    profiles: Profiles
    named: str | None = None
    error: MeasurementError | None = None
    scores: bool = False
    draws: int = DRAWS
    seed: int = SEED
    catalogue: Catalogue | None = None

    def assess(self, case: Case) -> Assessment:
        if self.named is not None and case.protocol is None:
            case = replace(case, protocol=self.named)
        found = self.profiles.protocols[0] if case.protocol is None else self.profiles.find(case.protocol)
        return assess(case, self.ruleset, protocol=found)

    def firmness(self, case: Case) -> Robustness | None:
        if self.error is None:
            return None
        return robustness(case, self.ruleset, error=self.error, draws=self.draws, seed=self.seed)

    def panels(self, case: Case, assessment: Assessment, timepoint: str) -> tuple[Panel, ...]:
        return advise(case, assessment, timepoint, ruleset=self.ruleset)

    def result(self, case: Case) -> dict[str, Any]:
        assessment = self.assess(case)
        found = result(assessment, self.firmness(case), self.catalogue)
        if self.scores:
            for written in found["timepoints"]:
                panels = self.panels(case, assessment, written["timepoint"])
                written["advisory"] = [panel_data(panel, self.catalogue) for panel in panels]
        return found

    def result_text(self, case: Case) -> str:
        """The result as one line of JSON."""
        if self.error is None and not self.scores:
            return result_text(self.assess(case), self.catalogue)
        return _WRITER.encode(self.result(case))

    def best_of(self, one: Sequenced) -> dict[str, Any]:
        """The best response of a bare sequence, with a warning where a PR follows a CR."""
        rules = self.ruleset.best_response
        found: dict[str, Any] = {
            "id": one.id,
            "unconfirmed": unconfirmed(one.sequence, rules).response,
            "confirmed": confirmed(one.sequence, rules).response,
        }
        if has_response_after_complete(one.sequence):
            found["warnings"] = ["CR_THEN_PR"]
        return found


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """One line: its number and, of a case, the id and the result as JSON in ASCII; else its faults."""

    number: int
    case_id: str = ""
    result: bytes = b""
    faults: tuple[str, ...] = ()


def judge_line(judging: Judging, line: Line) -> JudgedLine:
    """Judge the case, or the bare sequence of responses, of one line of a JSON-lines file."""
    number, written = line
    try:
        found = read_line(decode(written), judging.profiles.names)
    except CaseFileError as error:
        return JudgedLine(number, faults=error.faults)
    told = _WRITER.encode(judging.best_of(found)) if isinstance(found, Sequenced) else judging.result_text(found)
    return JudgedLine(number, found.id, told.encode("ascii"))


def judge_lines(judging: Judging, lines: Iterable[Line], *, in_parallel: bool) -> Iterator[JudgedLine]:
    """Judge many lines, in their order; few are held in memory at any time.

    In parallel the lines are shared out among as many processes as there are processors. Stop asking, and no more
    lines are read.
    """
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not in_parallel or workers < 2:
        with _garbage_left_alone():
            yield from (judge_line(judging, line) for line in lines)
        return
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(judging,))
    try:
        yield from _in_order(pool, iter(lines), workers * _CHUNKS_AHEAD)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, lines: Iterator[Line], ahead: int) -> Iterator[JudgedLine]:
    waiting: list[Future[list[JudgedLine]]] = []
    while True:
        while len(waiting) < ahead and (chunk := list(islice(lines, _LINES_AT_ONCE))):
            waiting.append(pool.submit(_judge_chunk, chunk))
        if not waiting:
            return
        yield from waiting.pop(0).result()


# --- in a worker process ---------------------------------------------------------------------------------------------

_JUDGING: list[Judging] = []
"""What this process judges by: set once, when it starts."""


def _begin(judging: Judging) -> None:
    _JUDGING[:] = [judging]
    gc.freeze()


def _judge_chunk(lines: Sequence[Line]) -> list[JudgedLine]:
    with _garbage_left_alone():
        return [judge_line(_JUDGING[0], line) for line in lines]


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """Results hold no cycles, so looking for some in a flood of short-lived objects only costs time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
