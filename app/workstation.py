"""Everything behind the window, made once: the only place that makes what lives as long as the window."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.desks.annotating import AnnotatingDesk
from app.desks.assisting import AssistDesk
from app.desks.cohort import CohortDesk
from app.desks.comparing import ComparingDesk
from app.desks.enhancement import EnhancementDesk
from app.desks.exporting import ExportDesk
from app.desks.history import HistoryDesk
from app.desks.image_library import ImageLibrary
from app.desks.images import ImageDesk
from app.desks.keys import KeyDesk
from app.desks.measuring import MeasuringDesk
from app.desks.proposals import ProposalDesk
from app.desks.reading import ReadingDesk
from app.desks.reading_mode import ModeDesk
from app.desks.registering import RegisteringDesk
from app.desks.second_window import SecondWindow
from app.desks.signatures import SignatureDesk
from app.desks.thumbnails import Thumbnails
from app.desks.versions import VersionsDesk
from app.desks.wiring import Wiring
from app.desks.work import Work
from app.key_guard import KeyGuard
from app.locations import data_folder
from app.main_window import READING, MainWindow
from app.panels.help import ABOUT, TextWindow
from app.panels.worklist import Worklist
from app.reading_page import ReadingPage, RightPage
from app.resources import DEFAULT_RULESET, load_ruleset
from app.session import ReadingSession
from app.storage.catalogue import StoredCatalogue
from app.storage.database import Database
from app.storage.passwords import Cost
from app.storage.readers import ReaderAccounts
from app.storage.registration_cache import RegistrationCache
from app.store import CaseStore
from app.tasks import TaskRunner
from app.theme import Ground
from app.user import user_name
from app.words import translated
from viewers.tools.navigate import Gesture


class Workstation(QObject):
    """One window on one database. Actions act on it."""

    window: MainWindow
    session: ReadingSession
    page: ReadingPage
    images: ImageDesk
    second_window: SecondWindow
    measuring: MeasuringDesk
    assisting: AssistDesk
    annotating: AnnotatingDesk
    desk: ReadingDesk
    history: HistoryDesk
    comparing: ComparingDesk
    cohort: CohortDesk
    work: Work
    exporting: ExportDesk
    proposals: ProposalDesk
    keys: KeyDesk
    signatures: SignatureDesk
    mode: ModeDesk
    versions: VersionsDesk

    def __init__(self, window: MainWindow, database: Database, reader: str, password_cost: Cost | None = None) -> None:
        """`password_cost` is that of new passwords, as shipped unless given."""
        super().__init__()
        self._database = database
        self.window = window
        self.runner = TaskRunner(self)
        self.image_runner = TaskRunner(self)
        catalogue = StoredCatalogue(database)
        self.store = CaseStore(database, self)
        self.session = ReadingSession(self.store, load_ruleset(DEFAULT_RULESET), reader, self)
        self.library = ImageLibrary(catalogue, self.image_runner, self)
        window.set_worklist(Worklist(window.theme))
        self.page = ReadingPage(window.theme)
        window.set_page(READING, self.page)
        self.images = ImageDesk(self.session, self.library, self.page.grid, self)
        cache = RegistrationCache(data_folder() / "cache" / "registrations")
        self.registering = RegisteringDesk(self.library, self.runner, cache, self)
        self.session.case_opened.connect(self.registering.forget)
        self.images.linking.register_by(self.registering)
        self.measuring = MeasuringDesk(self.session, self.images, self.library, self)
        self.assisting = AssistDesk(
            self.session, self.images, self.measuring, self.library, self.runner, self.page.proposal, self
        )
        self.enhancement = EnhancementDesk(self.session, self.library, self.runner, self.page.enhancement, self)
        self.second_window = SecondWindow(window, self.page, self.images.memory)
        thumbnails = Thumbnails(catalogue, self.runner, self)
        self.annotating = AnnotatingDesk(self.session, self.images, self.measuring, self, window.theme.px(220))
        self.desk = ReadingDesk(self.session, self.page, self.images, self.measuring, thumbnails, self)
        self.signatures = SignatureDesk(
            self.session,
            self.page.sheet,
            ReaderAccounts(database, user_name(), password_cost),
            self.runner,
            lambda: self.assisting.acceptable,
            self,
        )
        self.desk.sign_asked.connect(self.signatures.ask)
        self.mode = ModeDesk(self.session, self.page, self)
        self.versions = VersionsDesk(self.session, self.page, self)
        self.mode.told.connect(self.desk.told)
        self.page.mode.closed.connect(self.desk.show_reading)
        self.signatures.told.connect(self.desk.told)
        self.history = HistoryDesk(self.session, window, catalogue, self.runner, self)
        self.comparing = ComparingDesk(self.session, window, self.runner, self)
        self.cohort = CohortDesk(
            database, self.session, window, self.runner, lambda case: self.work.open_case(case), self
        )
        self.wiring = Wiring(self)
        self.keys = KeyDesk(self.wiring.actions, window, self)
        self.keys.load()
        self.second_window.restore()
        self._keys = KeyGuard(self, self.accept_proposal, self.desk.go_to_next_lesion)
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self._keys)
        self.work = Work(database, self.session, self.runner, window, self)
        self.exporting = ExportDesk(database, self.session, self.runner, window, self)
        self.proposals = ProposalDesk(
            database, self.session, self.images, self.measuring, self.runner, window.theme, self
        )
        self.signatures.signed.connect(self.desk.lead_on)
        self.signatures.proposals_asked.connect(self.proposals.show)
        self.signatures.warnings_asked.connect(self.page.visit_checks.focus_first)

    def close(self) -> None:
        """Stop the background work and let the database go."""
        self.desk.stop()
        self.enhancement.stop()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self._keys)
        self.library.close()
        self.runner.close()
        self.image_runner.close()
        self._database.close()

    def _open_case(self, case_id: str) -> None:
        self.work.open_case(case_id)

    def cancel(self) -> None:
        """Esc: the line under way, then the tool, then the panel that is open."""
        self.page.notice.clear()
        if not self.page.sheet.isHidden():
            self.page.sheet.clear()
            return
        if self.images.linking.pinning:
            self.images.linking.cancel()
        elif self.measuring.intent is not None:
            self.measuring.cancel()
        elif self.assisting.busy:
            self.assisting.drop()
        elif self.annotating.cancel():
            return
        elif self.images.planes.localiser.on and not self.images.planes.hanging:
            self.images.planes.toggle_localiser()
        elif self.page.right_page is not RightPage.READING:
            self.desk.show_reading()

    def accept_proposal(self) -> bool:
        """Enter on an image; whether there was a proposal to accept. While a place is pinned, Enter names it."""
        possible = self.assisting.acceptable and self.page.notice.isHidden() and not self.images.linking.pinning
        if possible:
            self.assisting.accept()
        return possible

    def take_out(self) -> None:
        """Del: what is being drawn, else the figure that is selected, else the finding of the selected lesion."""
        if self._give_up():
            return
        if self.annotating.selected:
            self.annotating.remove()
        else:
            self.measuring.clear_finding()

    def end_nudges(self) -> None:
        """What the arrow keys have moved is an edit now, so that what comes next stands on it."""
        for view in self.page.grid.views:
            view.end_nudges()

    def undo(self) -> None:
        """Take back what is being drawn, else the last edit."""
        if not self._give_up():
            self.undo_edit()

    def undo_edit(self) -> None:
        """Take back the last edit, nudges that are still going on included: what the button of a toast is about."""
        self._give_up()
        self.end_nudges()
        self.session.undo()

    def _give_up(self) -> bool:
        """Drop the line or figure under way, which is no edit yet; whether there was one."""
        busy = [view for view in self.page.grid.views if view.busy]
        for view in busy:
            view.give_up()
        return bool(busy)

    def left_drags(self, gesture: Gesture) -> None:
        """What the left button does from now on; a tool in hand is laid down."""
        self.page.tools.tool_chosen.emit("window")
        self.images.display.let_left_drag(gesture)

    def show_versions(self) -> None:
        """The signed version of the open time point, beside the images."""
        self.window.show_reading()
        self.versions.toggle()

    def show_mode(self) -> None:
        """How the case is read, beside the images."""
        self.window.show_reading()
        self.mode.toggle()

    def change_password(self) -> None:
        """Beside the lesions, where signatures are asked for."""
        self.window.show_reading()
        self.desk.show_reading()
        self.signatures.ask_change()

    def show_about(self) -> None:
        TextWindow(self.window.theme, translated("About Hepatrace"), ABOUT, (480, 290), self.window).show()

    def copy_read(self) -> None:
        self.desk.told.emit(self.exporting.copy_read(), False)

    def choose_text_size(self, scale: float) -> None:
        self.desk.told.emit(self.window.choose_text_size(scale), False)

    def choose_ground(self, ground: Ground) -> None:
        self.desk.told.emit(self.window.choose_ground(ground), False)
