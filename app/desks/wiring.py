"""What connects the session, the desks and the window: the state in the bars, the tools, what is said to the reader."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QKeySequence

from app.action_set import ActionSet
from app.desks.protocol_menu import ProtocolMenu
from app.desks.reader_menu import ReaderMenu
from app.keymap import Keymap
from app.main_window import COHORT, HISTORY, READING, READS
from app.models.hiding import hidden_words, mode_word
from app.panels.view_menu import view_menu
from app.reading.figurework import asked_of
from app.reading.marking import Intent
from app.reading.overlay_texts import value_text
from app.reading.stages import Stage
from app.reading_page import RightPage
from app.session import ReadingSession
from app.situation import Situation, can_draw
from app.state.reading_mode import Hidden
from app.state.wording import summary
from app.storage.errors import StorageError
from app.words import translated
from viewers.tools.navigate import Gesture
from viewers.widgets.marks import Probe

if TYPE_CHECKING:
    from app.workstation import Workstation

_LESION_HINTS = (
    ("lesion.previous lesion.next", "lesion"),
    ("measure.counted", "measure"),
    ("finding.gone", "gone"),
    ("finding.small", "too small"),
    ("finding.not_evaluable", "not evaluable"),
)
_BASELINE_HINTS = (
    ("measure.target", "target"),
    ("measure.nontarget", "non-target"),
    ("view.stage", "next hanging"),
    ("help.keys", "keys"),
)
"""Actions and the word for what they do; an action without a key is left out."""
_HISTORY_HINTS = (("← →", "time point"), ("+ − 0", "zoom"), ("Enter", "images"))
_ASKED = {
    Intent.TARGET: "Target: draw its longest viable diameter on the arterial phase. Esc cancels.",
    Intent.COUNTED: "Measure the selected lesion: press and drag. Esc cancels.",
    Intent.WHOLE: "Whole diameter of the selected lesion: press and drag. Esc cancels.",
    Intent.NONTARGET: "Non-target: draw a line across it. Esc cancels.",
    Intent.NEW: "New lesion: draw its longest diameter. An effusion or thrombus needs none: menu Lesion. Esc cancels.",
}


def _why_locked(session: ReadingSession) -> str:
    """Why findings cannot be changed, and the way out; empty where they can."""
    if session.others_read:
        others = session.others_read
        return translated("This is the read of {name}. Go back to your own to change a finding.", name=others)
    named = {"visit": session.selection.visit_id}
    return translated("{visit} is signed. Amend it, with a reason, to change it.", **named) if session.locked else ""


class Wiring(QObject):
    """Listens to everything, decides nothing."""

    def __init__(self, station: Workstation) -> None:
        super().__init__(station)
        self._station = station
        self.actions = ActionSet(station, station.window)
        self._reader = ReaderMenu(station.session, station.window.bar, station.window)
        self.protocol = ProtocolMenu(station.session, station.window.bar, station.window)
        station.window.may_close = self._may_close
        self._connect()
        station.page.set_narrow(station.window.narrow)
        self.show_situation()

    def show_situation(self) -> None:
        """Enable what can be done, and say why the rest cannot."""
        session, window = self._station.session, self._station.window
        bar = window.bar
        now = Situation(
            case=session.record is not None,
            visit=session.visit is not None,
            images=any(view.source is not None for view in self._station.page.grid.views),
            lesion=session.selection.lesion_id,
            undo=session.undo_text,
            undo_stops=session.undo_stops,
            redo=session.redo_text,
            locked=_why_locked(session),
            lesions_in_sight=self._station.window.is_reading and self._station.page.right_page is RightPage.READING,
            clinical=Hidden.CLINICAL not in session.hides,
            figure=bool(self._station.annotating.selected) and self._station.window.is_reading,
            proposal=self._station.assisting.acceptable and self._station.page.notice.isHidden(),
        )
        self.actions.show(now)
        self._station.page.tools.figures.show_possible(can_draw(now))
        bar.show_undo(now.undo)
        for name in (READING, HISTORY, READS):
            bar.enable_page(name, now.case, "Open a case first.")
        reading = session.reading
        hints = _LESION_HINTS if reading and not reading.at_baseline else _BASELINE_HINTS
        keymap = self.actions.keymap
        shown = ((" ".join(filter(None, map(keymap.cap, ids.split()))), word) for ids, word in hints)
        told = tuple((keys, word) for keys, word in shown if keys)
        self._station.window.status.show_hints(_HISTORY_HINTS if window.shown_page == HISTORY else told)

    def _connect(self) -> None:
        station = self._station
        session, page, window, images = station.session, station.page, station.window, station.images
        self.actions.keys_changed.connect(self._on_keys_changed)
        window.key_unused.connect(self._on_key_unused)
        page.notice.dismissed.connect(self._back_to_images)
        page.sheet.closed.connect(self._back_to_images)
        page.notice.offer_taken.connect(self._back_to_images)
        session.case_opened.connect(self._on_case_opened)
        session.record_changed.connect(self._on_record_changed)
        session.selection_changed.connect(self.show_situation)
        session.store.failed.connect(self._on_failed)
        station.desk.told.connect(self._say)
        images.hung.connect(self._show_tools)
        images.rearranged.connect(self._show_tools)
        station.measuring.intent_changed.connect(self._show_intent)
        station.assisting.changed.connect(self.show_situation)
        station.assisting.armed_changed.connect(self._show_assistant)
        station.assisting.hinted.connect(window.status.say)
        station.assisting.told.connect(lambda text: self._say(text, False))
        station.measuring.declined.connect(lambda *_: self.show_situation())
        page.tools.tool_chosen.connect(self._on_tool)
        annotating, figures = station.annotating, page.tools.figures
        annotating.told.connect(self._say)
        annotating.armed_changed.connect(self._show_figure_tool)
        annotating.selected_changed.connect(self.show_situation)
        annotating.image_menu_asked.connect(self._show_view_menu)
        figures.chosen.connect(annotating.arm)
        figures.opened.connect(annotating.guide.go_to)
        figures.listed = annotating.guide.listed
        page.tools.linked_toggled.connect(images.display.toggle_linked)
        page.tools.layouts.chosen.connect(images.set_layout)
        page.tools.pages.turned.connect(images.turn_page)
        page.tools.cine.stopped.connect(images.cine.stop)
        page.tools.cine.rate_changed.connect(images.cine.faster)
        images.cine.keep_on = page.tools.cine
        images.cine.changed.connect(self._show_tools)
        images.display.left_drag_changed.connect(self._show_left_drag)
        page.tools.show_tool("window")
        self._show_left_drag(images.display.left_drag)
        images.windows.presets_changed.connect(self._show_presets)
        self._show_presets()
        images.linking.pinning_changed.connect(lambda on: self._on_tool("window") if on else None)
        page.tools.stage_chosen.connect(lambda name: images.choose_stage(Stage(name)))
        page.toast.undone.connect(station.undo_edit)
        page.right.currentChanged.connect(lambda _page: self.show_situation())
        window.narrowed.connect(page.set_narrow)
        window.page_shown.connect(lambda _page: self.show_situation())
        pages = {HISTORY: station.history.show, READS: station.comparing.show, COHORT: station.cohort.show}
        window.page_asked.connect(lambda name: pages[name]())
        station.history.told.connect(lambda text: self._say(text, False))
        station.comparing.told.connect(self._say)
        window.bar.undo_requested.connect(station.undo_edit)
        window.bar.retry_requested.connect(self._retry)
        window.bar.keys_requested.connect(lambda: station.keys.show_sheet())
        for view in page.grid.views:
            view.probed.connect(self._show_probe)

    def _show_view_menu(self, number: int, place: QPoint) -> None:
        grid = self._station.page.grid
        if grid.views[number].source is not None:
            grid.activate(number)
            view_menu(self.actions.of, grid.views[number]).popup(place)

    def _show_left_drag(self, gesture: Gesture) -> None:
        tools = self._station.page.tools
        tools.show_left_drag(gesture)
        self.actions.show_keys_on(tools)

    def _show_presets(self) -> None:
        for key in range(1, 10):
            self.actions.of(f"preset.{key}").setText(self._station.images.windows.preset_title(key))
        self.show_situation()

    def _on_keys_changed(self, keymap: Keymap) -> None:
        self._station.window.bar.show_sheet_key(keymap.cap("help.keys"))
        self._station.page.table.show_keys(keymap)
        self._station.page.tools.layouts.show_keys(keymap)
        self._station.page.tools.figures.show_keys(keymap)
        self._station.page.tools.pages.show_keys(keymap)
        self.show_situation()

    def _on_case_opened(self) -> None:
        self._on_record_changed()
        self._station.window.show_reading()
        record = self._station.session.record
        if record is not None and record.visits and not record.baseline_confirmed:
            self._station.desk.confirm_time_points()
        else:
            self._station.page.grid.active.setFocus()

    def _on_key_unused(self, keys: QKeySequence) -> None:
        if why := self.actions.why_not(keys):
            self._say(why, False)

    def _back_to_images(self) -> None:
        """The keys speak to the images again, unless something else is asked at once."""
        if self._station.page.notice.isHidden():
            self._station.page.grid.active.setFocus()

    def _on_record_changed(self) -> None:
        store, bar = self._station.session.store, self._station.window.bar
        self._station.page.toast.outdate()
        bar.show_record(self._station.session.record)
        hides = self._station.session.hides
        bar.show_mode(mode_word(hides), hidden_words(hides))
        if store.unsaved:
            bar.show_saved(store.unsaved_text, error=True)
        elif store.entries:
            at = datetime.fromisoformat(store.entries[-1].at).astimezone()
            bar.show_saved(f"Read open · saved {at:%H:%M:%S}")
        self.show_situation()

    def _on_failed(self, error: StorageError) -> None:
        store, window = self._station.session.store, self._station.window
        if store.unsaved:
            window.bar.show_saved(store.unsaved_text or str(error), error=True)
        if store.kept_back:
            drafts = [f"{summary(kept.entry.event)}: {kept.why}" for kept in store.kept_back]
            window.work.show_result("Not recorded: another reader changed the case first. Make it again.", drafts, True)
        window.status.say(str(error))

    def _retry(self) -> None:
        self._station.session.store.retry()
        self._on_record_changed()

    def _may_close(self) -> bool:
        store = self._station.session.store
        return not store.unsaved or store.retry() or self._station.window.ask_to_lose(store.unsaved_text)

    def _say(self, text: str, undo: bool) -> None:
        if self._station.window.is_reading:
            self._station.page.toast.tell(text, undo)
        self._station.window.status.say(text, passing=True)

    def _show_tools(self) -> None:
        images, tools = self._station.images, self._station.page.tools
        tools.show_stages([s.value for s in images.offered], images.stage.value if images.stage else "")
        grid, cine = self._station.page.grid, images.cine
        tools.layouts.show_layout(grid.layout_wanted)
        tools.pages.show_page(*grid.pages)
        tools.cine.show_rate(cine.rate if cine.playing else None)
        tools.show_linked(images.display.linked)
        self.show_situation()

    def _show_intent(self, intent: Intent | None) -> None:
        if intent is not None:
            self._station.images.linking.cancel()
        self._station.page.tools.show_tool("window" if intent is None else intent.value)
        self._station.window.status.say(_ASKED[intent] if intent else "")

    def _show_assistant(self, armed: bool) -> None:
        if armed:
            self._station.images.linking.cancel()
            self._station.annotating.disarm()
        self._station.page.tools.show_tool("assist" if armed else "window")

    def _on_tool(self, name: str) -> None:
        self._station.annotating.disarm()
        if name == "assist":
            self._station.assisting.arm()
            return
        self._station.assisting.drop()
        self._station.measuring.arm(None if name == "window" else Intent(name))

    def _show_figure_tool(self) -> None:
        annotating, window = self._station.annotating, self._station.window
        if annotating.kind is None and self._station.measuring.intent is None:
            self._station.page.tools.show_tool("window")
        self._station.page.tools.figures.show_armed(annotating.kind, annotating.sticky)
        if annotating.kind is not None:
            self._station.images.linking.cancel()
        window.status.say(asked_of(annotating.kind, annotating.sticky) if annotating.kind else "")

    def _show_probe(self, probe: object) -> None:
        self._station.window.status.show_probe(value_text(probe) if isinstance(probe, Probe) else "")
