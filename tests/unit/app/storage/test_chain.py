from __future__ import annotations

import hashlib
from dataclasses import fields, replace

import pytest

from app.storage.chain import Fault, Head, Row, first_fault, linked

PURGED = "payload"


def chain(*payloads: str) -> list[Row]:
    rows: list[Row] = []
    head = Head()
    for payload in payloads:
        row = linked(head, "C-1", "2025-03-01T09:00:00.000000+00:00", "이 선생", None, "case_opened", 1, payload)
        rows.append(row)
        head = Head(row.sequence, row.hash)
    return rows


def test_that_a_hash_is_what_any_sha_256_gives_for_the_row() -> None:
    (row,) = chain('{"a":1}')
    digest = hashlib.sha256(b'{"a":1}').hexdigest()
    text = (
        f'["hepatrace-entry/1","{"0" * 64}","C-1",1,"2025-03-01T09:00:00.000000+00:00","이 선생",null,'
        f'"case_opened",1,"{digest}"]'
    )
    assert row.payload_hash == digest
    assert row.hash == hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_that_an_untouched_chain_holds() -> None:
    assert first_fault("C-1", chain("a", "b", "c")) is None
    assert first_fault("C-1", []) is None


CHANGED: dict[str, object] = {
    "case_id": "C-2",
    "sequence": 7,
    "at": "2025-03-01T09:00:00.000001+00:00",
    "author": "somebody else",
    "read_id": "read-1",
    "kind": "case_closed",
    "version": 2,
    "payload": "B",
    "payload_hash": hashlib.sha256(b"B").hexdigest(),
    "previous_hash": "0" * 64,
    "hash": "f" * 64,
}


@pytest.mark.parametrize("column", [f.name for f in fields(Row)])
def test_that_a_change_of_any_column_is_found_at_its_row(column: str) -> None:
    rows = chain("a", "b", "c")
    rows[1] = replace(rows[1], **{column: CHANGED[column]})  # type: ignore[arg-type]
    fault = first_fault("C-1", rows)
    assert fault is not None
    assert (fault.case_id, fault.sequence) == ("C-1", 2)


def test_that_a_payload_changed_together_with_its_hash_is_found() -> None:
    rows = chain("a", "b", "c")
    rows[1] = replace(rows[1], payload="B", payload_hash=hashlib.sha256(b"B").hexdigest())
    assert first_fault("C-1", rows) == Fault("C-1", 2, "one of its columns was changed")


def test_that_a_row_rewritten_with_a_hash_of_its_own_breaks_the_next() -> None:
    rows = chain("a", "b", "c")
    rows[1] = linked(Head(1, rows[0].hash), "C-1", rows[1].at, "x", None, "case_opened", 1, "b")
    assert first_fault("C-1", rows) == Fault("C-1", 3, "it does not follow the entry before it")


def test_that_a_missing_row_is_named() -> None:
    rows = chain("a", "b", "c")
    assert first_fault("C-1", [rows[0], rows[2]]) == Fault("C-1", 2, "entry 2 is missing")


def test_that_a_removed_payload_holds_only_under_a_tombstone() -> None:
    rows = [replace(row, payload=None) for row in chain("a", "b")]
    assert first_fault("C-1", rows, purged_to=2) is None
    fault = first_fault("C-1", rows, purged_to=1)
    assert fault is not None and (fault.sequence, "no tombstone" in fault.why) == (2, True)
