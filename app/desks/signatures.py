"""Signs a time point: the checklist, the password, and then the edit. Passwords are looked at in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QObject, QTimer, Signal

from app.desks.signoff import checklist
from app.models.reading import Reading
from app.models.signoff import CheckLine, Item, blocks, left_open, meaning_word
from app.panels.password_fields import Asking
from app.panels.signature_sheet import SignatureSheet
from app.session import ReadingSession
from app.state.events import VisitSigned
from app.state.signatures import SignatureMeaning
from app.storage.errors import StorageError
from app.storage.passwords import fault_of
from app.storage.readers import ReaderAccounts, Verdict
from app.tasks import Failure, TaskRunner, Token
from app.words import iso, translated
from mrecist.case import ReadKind

_SLOT = "signature"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the sheet is open for; `visit_id` None: another password. It ends where any of this changes."""

    reader: str
    read_id: str
    visit_id: str | None
    head: str = ""


class SignatureDesk(QObject):
    """Between the session, the accounts and the sheet. Nothing that was typed is kept, told or logged.

    Signals
    -------
    told(str, bool)
        One sentence for the reader, and whether it can be undone.
    proposals_asked()
        The reader wants to see the proposals that wait.
    warnings_asked()
        The reader wants to see what is to be resolved of the time point itself.
    signed()
        The open time point was signed.
    """

    told = Signal(str, bool)
    proposals_asked = Signal()
    warnings_asked = Signal()
    signed = Signal()

    def __init__(
        self,
        session: ReadingSession,
        sheet: SignatureSheet,
        accounts: ReaderAccounts,
        runner: TaskRunner,
        under_way: Callable[[], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._sheet, self._accounts, self._runner = session, sheet, accounts, runner
        self._under_way = under_way
        self._asked: _Asked | None = None
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.timeout.connect(self._waited)
        sheet.submitted.connect(self._on_submitted)
        sheet.line_chosen.connect(self._go)
        sheet.change_asked.connect(self.ask_change)
        sheet.closed.connect(self._on_closed)
        session.case_opened.connect(sheet.clear)
        session.record_changed.connect(self._refresh)
        session.selection_changed.connect(self._refresh)

    # --- asking -----------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Show what stands between the open time point and its signature, and ask for the password."""
        reading = self._session.reading
        if reading is None or reading.signed or reading.visit is None:
            return
        if self._asked is not None and self._asked.visit_id == reading.visit_id and self._sheet.isVisible():
            self._sheet.submit()  # asked again while it is open
            return
        if self._session.others_read:
            self.told.emit(translated("This is the read of {name}.", name=self._session.others_read), False)
            return
        first = self._is_first()
        if first is None:
            return
        name = translated("baseline") if reading.at_baseline else reading.visit_id
        title = translated(
            "Sign {name} as read. It locks {visit}; later changes need an amendment with a reason.",
            name=name,
            visit=reading.visit_id,
        )
        self._asked = _Asked(self._session.reader, reading.read_id, reading.visit_id)
        signer = translated("Signed by {reader} on {day}, as:", reader=self._session.reader, day=iso(date.today()))
        adjudication = reading.read.kind is ReadKind.ADJUDICATION
        meaning = SignatureMeaning.APPROVAL if adjudication else SignatureMeaning.AUTHORSHIP
        self._sheet.ask(title, signer, self._lines(reading), meaning, first)

    def ask_change(self) -> None:
        """Another password for this reader; the first, where there is none."""
        first = self._is_first()
        if first is None:
            return
        self._asked = _Asked(self._session.reader, self._session.read_id, None)
        self._sheet.ask_change(translated("Password of {reader}", reader=self._session.reader), first)

    # --- inside -----------------------------------------------------------------------------------------------

    def _is_first(self) -> bool | None:
        """Whether the reader has no password yet; None, and told why, where the database does not say."""
        try:
            return not self._accounts.has_password(self._session.reader)
        except StorageError as error:
            self.told.emit(str(error), False)
            return None

    def _lines(self, reading: Reading) -> tuple[CheckLine, ...]:
        return checklist(reading, self._under_way())

    def _refresh(self) -> None:
        """The list as it is now; the sheet closes where another time point is open, or this one is signed."""
        asked, reading = self._asked, self._session.reading
        if asked is None or self._sheet.isHidden():
            return
        here = reading is not None and (asked.reader, asked.read_id) == (self._session.reader, reading.read_id)
        if reading is None or not here:
            self._sheet.clear()
        elif asked.visit_id is not None:
            if asked.visit_id != reading.visit_id or reading.signed:
                self._sheet.clear()
            else:
                self._sheet.set_lines(self._lines(reading))

    def _go(self, line: object) -> None:
        assert isinstance(line, CheckLine)
        if line.visit_id:
            self._session.select_visit(line.visit_id)
        elif line.item is Item.PROPOSALS:
            self.proposals_asked.emit()
        elif line.lesion_id:
            self._session.select_lesion(line.lesion_id)
        elif line.item is Item.WARNINGS:
            self.warnings_asked.emit()

    def _on_closed(self) -> None:
        self._asked = None
        self._wait.stop()
        self._runner.cancel(_SLOT)

    def _on_submitted(self) -> None:
        """Look at what was typed, then have the password checked or kept, which takes a while on purpose."""
        asked, passwords = self._asked, self._sheet.passwords
        if asked is None:
            return
        asking = passwords.asking
        differ = passwords.differ
        known, new = passwords.take()
        fault = "" if asking is Asking.KNOWN else fault_of(new)
        if differ:
            fault = translated("The two are not the same. Type the new password twice.")
        if fault:
            self._say(fault, error=True)
            passwords.focus()
            return
        accounts = self._accounts

        def job(_token: Token) -> object:
            if asking is Asking.FIRST:
                return Verdict(accounts.set_first(asked.reader, new))
            if asking is Asking.CHANGE:
                return accounts.change(asked.reader, known, new)
            return accounts.check(asked.reader, known)

        self._sheet.set_busy(True)
        self._say(translated("The password is looked at …"))
        self._runner.start(_SLOT, job, done=lambda found: self._judged(asked, asking, found), failed=self._failed)

    def _judged(self, asked: _Asked, asking: Asking, verdict: object) -> None:
        assert isinstance(verdict, Verdict)
        if asked is not self._asked:
            return
        self._sheet.set_busy(False)
        if not verdict.right and asking is Asking.FIRST:
            self._say(translated("A password was set meanwhile. Nothing was signed."), error=True)
            self._sheet.passwords.ask(Asking.KNOWN)
        elif not verdict.right:
            self._wrong(verdict, asking)
        elif asked.visit_id is None:
            self._sheet.clear()
            self.told.emit(translated("The password of {reader} is set.", reader=asked.reader), False)
        else:
            self._sign(asked)

    def _wrong(self, verdict: Verdict, asking: Asking) -> None:
        done = translated("Nothing was signed.") if asking is Asking.KNOWN else translated("Nothing was changed.")
        if verdict.looked_at:
            said = translated("Wrong password, {count} in a row. {done}", count=verdict.wrong, done=done)
        else:
            said = translated("Too soon after a wrong password. {done}", done=done)
        if verdict.wait_s > 0:
            self._sheet.set_busy(True)
            self._wait.start(round(verdict.wait_s * 1000) + 50)
            said += " " + translated("The next can be given in {seconds} s.", seconds=max(1, round(verdict.wait_s)))
        self._say(said, error=True)
        self._sheet.passwords.focus()

    def _waited(self) -> None:
        self._sheet.set_busy(False)

    def _failed(self, failure: Failure) -> None:
        self._sheet.set_busy(False)
        what = failure.message if isinstance(failure.error, StorageError) else translated("The check stopped.")
        self._say(f"{what} {translated('Nothing was signed.')}", error=True)

    def _say(self, text: str, error: bool = False) -> None:
        self._sheet.tell(text, error)

    def _sign(self, asked: _Asked) -> None:
        session, reading = self._session, self._session.reading
        meaning = self._sheet.chosen_meaning
        if reading is None or meaning is None or reading.visit_id != asked.visit_id or session.reader != asked.reader:
            return
        lines = self._lines(reading)
        if blocks(lines):
            self._sheet.set_lines(lines)
            return
        rules = f"{session.ruleset.name} {session.ruleset.version}"
        signature = VisitSigned(
            reading.visit_id, asked.reader, session.store.head, rules, _shown(reading), meaning, left_open(lines)
        )
        if session.do(signature):
            self._sheet.clear()
            told = translated("{visit} signed by {reader}", visit=reading.visit_id, reader=asked.reader)
            self.told.emit(f"{told} ({meaning_word(meaning).lower()})", False)
            self.signed.emit()
        else:
            self._say(translated("Nothing was signed."), error=True)


def _shown(reading: Reading) -> tuple[tuple[str, str], ...]:
    """The responses as they are on the screen."""
    point = reading.response
    if point is None:
        return ()
    return (
        ("intrahepatic", point.intrahepatic.response.value),
        ("extrahepatic", point.extrahepatic.response.value),
        ("composite", point.composite.value),
        ("overall", point.overall.response.value),
    )
