"""Signing, by keys and on a case without images: the password, its faults, what is recorded, amendment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.state.events import BaselineConfirmed, VisitSigned
from app.state.record import Record
from app.state.signatures import SignatureMeaning
from app.storage.database import Database
from tests.support.accounts import PASSWORD
from tests.support.cases import BASELINE_DATE, READ, READER, added, measured
from tests.support.databases import opened, url_in
from tests.support.driver import Driver

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def driver(qtbot: QtBot, tmp_path: Path) -> Iterator[Driver]:
    """A baseline of one liver target of 30 mm, its questions not answered; the reader has no password yet."""
    with Database.open(url_in(tmp_path)) as database:
        opened(database, BaselineConfirmed("BL", BASELINE_DATE), added("IT1", "BL", measured("30")))
    driver = Driver(qtbot, url_in(tmp_path), READER, size=(1280, 800))
    driver.station.work.open_case("C-1")
    driver.session.select_visit("BL")
    driver.settle()
    yield driver
    driver.close()


def submit(driver: Driver, *typed: str) -> None:
    """Type into the fields that are asked for, and press Enter in the last."""
    fields = driver.page.sheet.passwords.shown
    for field, text in zip(fields, typed, strict=True):
        driver.type(field, text)
    driver.key(Qt.Key.Key_Return, widget=fields[-1])
    driver.qtbot.waitUntil(lambda: not driver.station.runner.is_running("signature"))
    driver.settle()


def test_that_the_first_signature_sets_a_password_and_the_next_needs_it(driver: Driver, tmp_path: Path) -> None:
    sheet = driver.page.sheet
    driver.key(Qt.Key.Key_Return, CONTROL, widget=driver.page.table.grid)
    assert sheet.isVisible() and driver.window.focusWidget() is sheet.passwords.new
    assert all(field.echoMode() is QLineEdit.EchoMode.Password for field in sheet.passwords.shown)
    for typed, why in ((("short", "short"), "at least 8"), ((PASSWORD, PASSWORD + "x"), "not the same")):
        submit(driver, *typed)
        assert why in sheet.told.text() and not record(driver).signed
    driver.click(sheet.meaning.chip_of(SignatureMeaning.RESPONSIBILITY))
    submit(driver, PASSWORD, PASSWORD)
    (signed,) = record(driver).signed
    assert (signed.by, signed.meaning) == (READER, SignatureMeaning.RESPONSIBILITY)
    assert signed.left_open == ("IT1 3 questions",), "what was open is signed as open"
    assert signed.at and "read and measured under my responsibility" in driver.page.footer.note.text()

    foot = driver.page.footer
    assert (foot.onward.words, foot.after.text()) == ("Go to FU1", "next: 0 of 1 assessed")
    assert driver.window.focusWidget() is foot.onward, "one key goes there"
    driver.key(Qt.Key.Key_Space, widget=foot.onward)
    assert driver.session.selection.visit_id == "FU1" and foot.onward.isHidden()
    driver.session.select_visit("BL")
    driver.settle()
    foot.onward.setFocus()
    driver.key(Qt.Key.Key_Right, CONTROL, widget=foot.onward)
    assert driver.session.selection.visit_id == "FU1"
    assert driver.window.focusWidget() is driver.page.grid.active, "the next key is for the images, not for the menu"
    driver.session.select_visit("BL")
    driver.settle()

    driver.click(foot.sign)  # amend
    driver.type(driver.page.notice.reason, "wrong image")
    driver.key(Qt.Key.Key_Return, widget=driver.page.notice.reason)
    assert not record(driver).signed
    driver.key(Qt.Key.Key_Return, CONTROL, widget=driver.page.table.grid)
    submit(driver, "not the password")
    assert "Wrong password, 1 in a row. Nothing was signed." in sheet.told.text() and not record(driver).signed
    submit(driver, "nor is this")
    assert "2 in a row" in sheet.told.text() and "in 1 s" in sheet.told.text()
    driver.type(sheet.passwords.known, PASSWORD)
    assert not sheet.sign.isEnabled(), "the next has to wait"
    driver.session.select_lesion("IT1")
    assert driver.session.selection.lesion_id == "IT1", "the window lives meanwhile"
    driver.qtbot.waitUntil(sheet.sign.isEnabled)
    driver.key(Qt.Key.Key_Return, widget=sheet.passwords.known)
    driver.qtbot.waitUntil(sheet.isHidden)
    (again,) = record(driver).signed
    (before,) = record(driver).amendments(READ, "BL")
    assert (again.meaning, before.signed, before.reason) == (SignatureMeaning.AUTHORSHIP, signed, "wrong image")

    driver.station.wiring.actions.of("reader.password").trigger()
    submit(driver, PASSWORD, "another password", "another password")
    assert sheet.isHidden() and "is set" in driver.page.toast.message.text()

    driver.key(Qt.Key.Key_Space, widget=driver.page.footer.versions)
    view = driver.page.versions
    assert view.isVisible() and view.lines[-1].what == "IT1"
    assert "nothing changed since" in view.head.note.text()
    driver.key(Qt.Key.Key_Space, widget=view.back)
    assert not view.isVisible()

    with sqlite3.connect(tmp_path / "cases.db") as connection:
        payloads = " ".join(x for (x,) in connection.execute("SELECT payload FROM entries"))
    connection.close()
    assert (
        PASSWORD not in payloads
        and "another password" not in payloads
        and "digest" not in payloads
        and '"salt"' not in payloads
    )


def test_that_escape_signs_nothing_and_what_stands_in_the_way_is_one_key_away(driver: Driver) -> None:
    sheet = driver.page.sheet
    driver.key(Qt.Key.Key_Return, CONTROL, widget=driver.page.table.grid)
    driver.type(sheet.passwords.new, PASSWORD)
    driver.key(Qt.Key.Key_Escape, widget=sheet.passwords.new)
    assert sheet.isHidden() and not sheet.passwords.new.text(), "Escape leaves nothing typed"
    assert not any(isinstance(entry.event, VisitSigned) for entry in driver.session.store.entries)

    driver.session.select_visit("FU1")
    driver.key(Qt.Key.Key_Return, CONTROL, widget=driver.page.table.grid)
    assert not sheet.sign.isEnabled() and not sheet.passwords.isEnabled()
    assert driver.window.focusWidget() is sheet.rows["baseline"]
    driver.key(Qt.Key.Key_Return, widget=sheet.rows["lesions"])
    assert driver.session.selection.lesion_id == "IT1"
    driver.key(Qt.Key.Key_Return, widget=sheet.rows["baseline"])
    assert driver.session.selection.visit_id == "BL" and sheet.isHidden()


def record(driver: Driver) -> Record:
    found = driver.session.record
    assert found is not None
    return found
