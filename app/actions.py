"""One table of actions: menus, tool tips, shortcuts and the cheat sheet all come from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.reading.hanging import PHASE_LETTERS
from app.reading.marking import Intent
from viewers.imaging.catalogue import PhaseName

if TYPE_CHECKING:
    from app.workstation import Workstation


@dataclass(frozen=True, slots=True)
class Situation:
    """What the window shows now; enough to tell which actions make sense."""

    case: bool = False
    visit: bool = False
    images: bool = False
    lesion: str | None = None
    undo: str = ""
    redo: str = ""
    locked: bool = False
    lesions_in_sight: bool = True


EnabledWhen = Callable[[Situation], str]
"""Empty when the action can run, otherwise what is missing, in the user's words."""


@dataclass(frozen=True, slots=True)
class Action:
    id: str
    title: str
    shortcut: str
    group: str
    run: Callable[[Workstation], None]
    enabled_when: EnabledWhen = lambda _: ""
    menu: str | None = None


def _close(station: Workstation) -> None:
    station.window.close()


def _case(now: Situation) -> str:
    return "" if now.case else "Open a case first."


def _images(now: Situation) -> str:
    return "" if now.images else "No images are open."


def _unlocked(now: Situation) -> str:
    if not now.visit:
        return "Open a case first."
    if not now.lesions_in_sight:
        return "Go back to the lesions first."
    return "This time point is signed, or the read is another reader's." if now.locked else ""


def _lesion(now: Situation) -> str:
    return _unlocked(now) or ("" if now.lesion else "Select a lesion in the table first.")


def _undo(now: Situation) -> str:
    return "" if now.undo else "Nothing of this sitting can be taken back."


def _redo(now: Situation) -> str:
    return "" if now.redo else "Nothing was taken back."


def _tool(id_: str, title: str, shortcut: str, intent: Intent, enabled: EnabledWhen) -> Action:
    return Action(id_, title, shortcut, "Measure", lambda w: w.measuring.arm(intent), enabled, "Lesion")


def _finding(id_: str, title: str, shortcut: str, key: str) -> Action:
    return Action(id_, title, shortcut, "Finding", lambda w: w.measuring.record_quick(key), _lesion, "Lesion")


def _phase(shortcut: str, phase: PhaseName) -> Action:
    letters = PHASE_LETTERS[phase]
    return Action(
        f"phase.{phase}",
        f"Show {letters} in the active view",
        shortcut,
        "View",
        lambda w: w.images.show_phase(phase),
        _images,
        "View",
    )


_PRESETS = (
    "Abdomen", "Liver, narrow", "Liver, arterial", "Liver, portal venous", "Lung", "Mediastinum", "Bone", "Lipiodol",
    "Automatic",
)  # fmt: skip


def _preset(number: int) -> Action:
    return Action(
        f"preset.{number}",
        f"Window: {_PRESETS[number - 1]}",
        str(number),
        "Window",
        lambda w: w.images.display.preset(number),
        _images,
        "View",
    )


ACTIONS: tuple[Action, ...] = (
    Action("file.import", "Import a folder …", "Ctrl+I", "File", lambda w: w.window.import_folder(), menu="File"),
    Action("file.import_archive", "Import an archive or disc …", "Ctrl+Shift+I", "File", lambda w: w.window.import_archive(), menu="File"),
    Action("file.demo", "Open the demonstration study", "", "File", lambda w: w.work.open_demo(), menu="File"),
    Action("file.export", "Export the response table …", "Ctrl+E", "File", lambda w: w.window.export_case(), _case, "File"),
    Action("file.quit", "Quit", "Ctrl+Q", "File", lambda w: _close(w), menu="File"),
    Action("edit.undo", "Undo", "Ctrl+Z", "Edit", lambda w: w.session.undo(), _undo, "Edit"),
    Action("edit.redo", "Redo", "Ctrl+Y", "Edit", lambda w: w.session.redo(), _redo, "Edit"),
    Action("edit.cancel", "Cancel the tool", "Esc", "Edit", lambda w: w.cancel(), menu="Edit"),
    _tool("measure.target", "Target: draw its longest viable diameter", "T", Intent.TARGET, _unlocked),
    _tool("measure.counted", "Measure the selected lesion", "Y", Intent.COUNTED, _lesion),
    _tool("measure.whole", "Whole diameter of the selected lesion", "Shift+Y", Intent.WHOLE, _lesion),
    _tool("measure.nontarget", "Non-target: mark it, or record it as present", "N", Intent.NONTARGET, _unlocked),
    _tool("measure.new", "New lesion", "W", Intent.NEW, _unlocked),
    _finding("finding.gone", "No viable tumour (liver) / disappeared", "D", "D"),
    _finding("finding.small", "Too small to measure", "M", "M"),
    Action("finding.not_evaluable", "Not evaluable, with the reason", "E", "Finding", lambda w: w.desk.ask_why_not_evaluable(), _lesion, "Lesion"),
    _finding("finding.progression", "Unequivocal progression", "U", "U"),
    Action("finding.clear", "Take the finding out", "Del", "Finding", lambda w: w.measuring.clear_finding(), _lesion, "Lesion"),
    Action("lesion.next", "Next lesion", "]", "Lesion", lambda w: w.desk.step_lesion(1), _case, "Lesion"),
    Action("lesion.previous", "Previous lesion", "[", "Lesion", lambda w: w.desk.step_lesion(-1), _case, "Lesion"),
    Action("visit.confirm", "Confirm baseline and day 0 …", "Ctrl+B", "Case", lambda w: w.desk.confirm_time_points(), _case, "Case"),
    Action("visit.clinical", "Clinical data …", "Ctrl+D", "Case", lambda w: w.desk.edit_clinical(), _case, "Case"),
    Action("visit.sign", "Sign this time point", "Ctrl+Return", "Case", lambda w: w.desk.sign(), _case, "Case"),
    Action("visit.next", "Next time point", "Ctrl+Right", "Case", lambda w: w.desk.step_visit(1), _case, "Case"),
    Action("visit.previous", "Previous time point", "Ctrl+Left", "Case", lambda w: w.desk.step_visit(-1), _case, "Case"),
    Action("view.stage", "Next hanging", "Space", "View", lambda w: w.images.next_stage(), _images, "View"),
    Action("view.1x1", "One view", "Ctrl+1", "View", lambda w: w.images.set_layout(1, 1), _images, "View"),
    Action("view.1x2", "Two views", "Ctrl+2", "View", lambda w: w.images.set_layout(1, 2), _images, "View"),
    Action("view.2x2", "Four views", "Ctrl+4", "View", lambda w: w.images.set_layout(2, 2), _images, "View"),
    _phase("A", PhaseName.ARTERIAL),
    _phase("S", PhaseName.PORTAL_VENOUS),
    _phase("F", PhaseName.DELAYED),
    Action("view.link", "Linked views", "Ctrl+L", "View", lambda w: w.images.display.toggle_linked(), _images, "View"),
    Action("view.ghosts", "Lines of other series", "K", "View", lambda w: w.images.writer.toggle_ghosts(), _images, "View"),
    Action("view.overlay", "Overlay full, minimal, off", "O", "View", lambda w: w.images.display.cycle_overlay(), _images, "View"),
    Action("view.loupe", "Loupe under the pointer", "L", "View", lambda w: w.images.display.toggle_loupe(), _images, "View"),
    Action("view.invert", "Invert", "I", "View", lambda w: w.images.display.invert(), _images, "View"),
    Action("view.flip_h", "Flip left and right", "H", "View", lambda w: w.images.display.flip(horizontal=True), _images, "View"),
    Action("view.flip_v", "Flip up and down", "V", "View", lambda w: w.images.display.flip(horizontal=False), _images, "View"),
    Action("view.reset", "Reset the views", "R", "View", lambda w: w.images.display.reset(), _images, "View"),
    Action("view.rail", "Series names", "F2", "View", lambda w: w.page.toggle_rail(), menu="View"),
    Action("view.decision", "Decision, wide", "\\", "View", lambda w: w.desk.toggle_decision(), _case, "View"),
    Action("go.worklist", "Worklist", "Ctrl+K", "Go", lambda w: w.window.show_worklist(), menu="Go"),
    Action("go.reading", "Reading", "Ctrl+R", "Go", lambda w: w.window.show_reading(), _case, "Go"),
    *(_preset(number) for number in range(1, 10)),
    Action("help.keys", "Keys", "F1", "Help", lambda w: w.show_keys(), menu="Help"),
    Action("help.about", "About Hepatrace", "", "Help", lambda w: w.show_about(), menu="Help"),
)  # fmt: skip

MOUSE_AND_OTHER_KEYS: tuple[tuple[str, str], ...] = (
    ("wheel", "scroll images"),
    ("Shift + wheel", "scroll by five"),
    ("Ctrl + wheel", "zoom"),
    ("Alt + wheel", "step through the phases"),
    ("left drag", "window and level"),
    ("right drag", "zoom"),
    ("middle drag", "pan"),
    ("double click", "one view large, and back"),
    ("↑ ↓  Home End", "image up, down, first, last"),
    ("arrow keys on a line", "nudge its end 0.1 mm (Shift: 1 mm)"),
    ("1 2 3 in a question", "choose an answer"),
)
"""What the cheat sheet says beside the actions."""


def action(action_id: str) -> Action:
    """The action with this id.

    Raises
    ------
    KeyError
        If there is none.
    """
    for candidate in ACTIONS:
        if candidate.id == action_id:
            return candidate
    raise KeyError(action_id)
