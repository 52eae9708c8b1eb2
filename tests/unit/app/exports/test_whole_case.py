"""The case file: what is taken in is what was written, to the last hash; anything else is refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import fastjsonschema
import imagecodecs
import numpy as np
import pytest

from app.exports.whole_case import CaseFileRefused, read_case, write_case
from app.resources import read_text
from app.state.events import CaseClosed
from app.state.record import Patient
from app.storage.case_import import TakenIn, take_in
from app.storage.chain import GENESIS, Head, Row, linked
from app.storage.database import Database
from app.storage.errors import StorageError
from app.storage.key_images import KeyImage, line_digest
from app.storage.log import read_record, rows_of, verify
from app.storage.open_case import OpenCase
from app.storage.purge import purge
from app.storage.worklist import list_cases
from tests.conftest import ROOT
from tests.support import case_schema
from tests.support.cases import READER, found, measured
from tests.support.databases import opened, url_in
from tests.unit.app.exports.test_case_file import READ_CASE


@pytest.fixture(scope="module")
def holds_to_schema() -> Callable[[Any], None]:
    """Checks a document against the schema that is published; compiled once."""
    compiled: Callable[[Any], None] = fastjsonschema.compile(json.loads(read_text("schema", "hepatrace-case-2.json")))
    return compiled


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Database]:
    """A database with a case of many edits, one of them taken back."""
    with Database.open(url_in(tmp_path)) as database:
        case = opened(database, *READ_CASE)
        case.do(found("IT1", "FU1", measured("27.9")), READER, "read-1")
        case.undo(READER)
        yield database


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> tuple[Row, ...]:
    """The log of such a case."""
    with Database.open(url_in(tmp_path_factory.mktemp("rows"))) as database:
        opened(database, *READ_CASE)
        return rows_in(database)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Database]:
    (tmp_path / "there").mkdir()
    with Database.open(url_in(tmp_path / "there")) as database:
        yield database


def rows_in(database: Database) -> tuple[Row, ...]:
    with database.reading() as connection:
        return tuple(rows_of(connection, "C-1"))


def picture() -> KeyImage:
    """The picture of IT1 at the follow-up; its PNG is made by another program."""
    content = bytes(imagecodecs.png_encode(np.full((30, 40, 3), 90, np.uint8)))
    (line,) = measured("28.1", "1.2").evidence
    return KeyImage("read-1", "IT1", "FU1", line_digest(line), "arterial", 7, 40, content)


def take(database: Database, content: bytes) -> TakenIn:
    case = read_case(content)
    with database.writing() as connection:
        return take_in(connection, case.rows, case.record)


def test_that_a_case_comes_back_as_it_was(here: Database, there: Database) -> None:
    content = write_case(rows_in(here))
    assert take(there, content) is TakenIn.NEW
    assert rows_in(there) == rows_in(here)
    with here.reading() as one, there.reading() as other:
        assert read_record(other, "C-1") == read_record(one, "C-1")
        assert list_cases(other) == list_cases(one)
        assert verify(other) is None
    assert write_case(rows_in(there)) == content
    assert take(there, content) is TakenIn.KNOWN


def test_that_the_longer_of_two_logs_stands(here: Database, there: Database) -> None:
    short = write_case(rows_in(here))
    take(there, short)
    OpenCase.read(here, "C-1").do(found("IT1", "FU1", measured("27.9")), READER, "read-1")
    long = write_case(rows_in(here))
    assert take(there, long) is TakenIn.LONGER
    assert take(there, short) is TakenIn.KNOWN
    assert rows_in(there) == rows_in(here)


def test_that_another_history_of_the_case_is_refused(here: Database, there: Database) -> None:
    OpenCase.create(there, "C-1", Patient("P-9"), READER)
    before = rows_in(there)
    with pytest.raises(StorageError, match="another history"):
        take(there, write_case(rows_in(here)))
    assert rows_in(there) == before


def test_that_a_purged_case_does_not_come_back(here: Database, there: Database) -> None:
    take(there, write_case(rows_in(here)))
    OpenCase.read(there, "C-1").do(CaseClosed("wrong patient"), READER)
    with there.writing() as connection:
        purge(connection, "C-1", READER, "wrong patient")
    with pytest.raises(StorageError, match="The data of this case were removed"):
        take(there, write_case(rows_in(here)))


def test_that_key_images_go_with_the_case(rows: tuple[Row, ...]) -> None:
    assert read_case(write_case(rows, [picture()])).images == (picture(),)


def other(plain: dict[str, Any], **change: object) -> dict[str, Any]:
    return {**plain, **change}


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda p: [other(p, sha256="0" * 64)], "IT1 at FU1 .read-1.: the picture was changed"),
        (lambda p: [other(p, base64=p["base64"][:-4])], "IT1 at FU1 .read-1.: the picture was changed"),
        (lambda p: [other(p, base64="*")], "IT1 at FU1 .read-1.: base64 cannot be read"),
        (lambda p: [other(p, base64="A" * 1_400_000)], "IT1 at FU1 .read-1.: it is larger than 1024 KiB"),
        (lambda p: [other(p, media_type="image/svg+xml")], "media_type is not image/png"),
        (lambda p: [other(p, lesion="IT7")], "IT7 at FU1 .read-1.: it is of a line that the log of the file has not"),
        (lambda p: [other(p, line="0" * 64)], "it is of a line that the log of the file has not"),
        (lambda p: [p, p], r"images\[1\], IT1 at FU1 .read-1.: it is there twice"),
        (lambda p: [other(p, phase="Doe^Jane")], "phase is not known"),
        (lambda p: [other(p, number=True)], "number is no number of images"),
        (lambda p: [{k: v for k, v in p.items() if k != "base64"}], r"images\[0\]: missing: base64"),
        (lambda p: [other(p, name="Doe^Jane")], r"images\[0\]: not known: name"),
        (lambda p: [other(p, read=None)], r"images\[0\]: read is no text"),
        (lambda p: {"0": p}, "images: a list is expected"),
    ],
)
def test_that_a_picture_that_is_not_sound_is_refused_by_name(rows: tuple[Row, ...], spoil: Any, why: str) -> None:
    content = write_case(rows, [picture()])
    (plain,) = json.loads(content)["images"]
    with pytest.raises(CaseFileRefused, match=f"{why}.* take `images` out of the file"):
        read_case(changed(content, {"images": spoil(plain)}))


def test_that_the_published_schema_holds_what_is_written(
    rows: tuple[Row, ...], holds_to_schema: Callable[[Any], None]
) -> None:
    document = json.loads(write_case(rows, [picture()]))
    holds_to_schema(document)
    added = next(e for e in document["entries"] if e["kind"] == "lesion_added")
    added["payload"]["observation"]["finding"]["diameter"] = 42.5
    with pytest.raises(fastjsonschema.JsonSchemaValueException, match="payload"):
        holds_to_schema(document)


def test_that_the_published_schema_is_that_of_the_events() -> None:
    made = case_schema.text()
    kept = (ROOT / "resources/schema/hepatrace-case-2.json").read_text(encoding="utf-8")
    assert made == kept, "run `.venv/bin/python -m tests.support.case_schema`"


def test_that_a_log_of_version_1_is_still_a_case(holds_to_schema: Callable[[Any], None]) -> None:
    rows: list[Row] = []
    head = Head()
    for line in (ROOT / "tests/support/log_version_1.jsonl").read_text(encoding="utf-8").splitlines():
        old = json.loads(line)
        told = (old[name] for name in ("at", "author", "read_id", "kind", "version", "payload"))
        rows.append(linked(head, "C-1", *told))
        head = Head(rows[-1].sequence, rows[-1].hash)
    content = write_case(rows)
    holds_to_schema(json.loads(content))
    assert read_case(content).rows == tuple(rows)


def changed(content: bytes, change: Mapping[str, Any]) -> bytes:
    return json.dumps(json.loads(content) | change).encode()


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda c: b"\xff", "no JSON text"),
        (lambda c: b"[]", "no JSON object"),
        (lambda c: c[:-40], "no JSON text"),
        (lambda c: changed(c, {"schema": "tumour-response-cases/1"}), "is no case file"),
        (lambda c: changed(c, {"schema": "hepatrace-case/3"}), r"newer Hepatrace .* Update it"),
        (lambda c: changed(c, {"more": 1}), "not known: more"),
        (lambda c: changed(c, {"entries": []}), "at least one entry"),
        (lambda c: changed(c, {"entries": json.loads(c)["entries"][:-1]}), "was cut"),
        (lambda c: changed(c, {"entries": json.loads(c)["entries"][1:]}), "entry 1 was changed"),
        (lambda c: changed(c, {"case": "C-2"}), "entry 1 was changed"),
        (lambda c: c.replace(b'"tenths": 281', b'"tenths": 280').replace(b"281", b"280"), r"entry \d+ was changed"),
        (lambda c: c.replace(b'"kind": "case_opened"', b'"kind": "case_dreamt"'), "entry 1 was changed"),
        (lambda c: c.replace(b'"author": ', b'"auther": ', 1), r"entries\[0\]: not known: auther, author"),
    ],
)
def test_that_what_is_no_sound_case_file_is_refused(rows: tuple[Row, ...], spoil: Any, why: str) -> None:
    with pytest.raises(CaseFileRefused, match=why):
        read_case(spoil(write_case(rows)))


def test_that_an_entry_of_a_newer_program_is_told_so() -> None:
    row = linked(Head(), "C-9", "2030-01-01T00:00:00.000000+00:00", "A", None, "case_teleported", 1, "{}")
    assert row.previous_hash == GENESIS
    with pytest.raises(CaseFileRefused, match="written by a newer Hepatrace"):
        read_case(write_case([row]))


def test_that_an_older_file_is_brought_up_to_date(rows: tuple[Row, ...]) -> None:
    older = changed(write_case(rows), {"schema": "hepatrace-case/1"})
    assert read_case(older).rows == rows
    assert read_case(changed(older, {"images": []})).images == ()
    with pytest.raises(CaseFileRefused, match="a picture of version 1 does not say which line it shows"):
        read_case(changed(older, {"images": [{"name": "a", "lesion": "IT1"}]}))
    with pytest.raises(CaseFileRefused, match="no version 0"):
        read_case(changed(older, {"schema": "hepatrace-case/0"}))
