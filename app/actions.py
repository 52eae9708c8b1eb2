"""One table of actions: menus, tool tips, keys and the cheat sheet all come from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from app.reading.display_windows import preset_title
from app.reading.hanging import PHASE_LETTERS
from app.reading.marking import Intent
from app.situation import (
    EnabledWhen,
    always,
    can_draw,
    can_redo,
    can_undo,
    case_open,
    clinical_in_sight,
    figure_or_lesion_selected,
    images_open,
    lesion_selected,
    proposal_open,
    unlocked,
)
from app.state.figures import FigureKind
from app.text_size import SIZES
from app.theme import Ground
from viewers.imaging.catalogue import PhaseName
from viewers.tools.layout import CHOICES, Layout
from viewers.tools.navigate import Gesture

if TYPE_CHECKING:
    from app.workstation import Workstation


@dataclass(frozen=True, slots=True)
class Action:
    """One command: a row of the table.

    Attributes
    ----------
    keys
        The keys as shipped, apart by a space: ``"Ctrl+Y Ctrl+Shift+Z"``. The reader may have changed them:
        `app.keymap.Keymap` says which hold.
    group
        Its heading on the cheat sheet, and its section in the menu.
    menu
        Where it stands in the menu: ``"View"``, or ``"View/Layout"`` for a menu in a menu.
    is_on
        Whether what it switches is on: the menu shows a mark. None for an action that switches nothing.
    together
        Rows with the same words here are one line of the cheat sheet, which says these words.
    """

    id: str
    title: str
    keys: str
    group: str
    run: Callable[[Workstation], None]
    enabled_when: EnabledWhen = always
    menu: str = ""
    is_on: Callable[[Workstation], bool] | None = None
    together: str = ""


def _close(station: Workstation) -> None:
    station.window.close()


def _tool(id_: str, title: str, keys: str, intent: Intent, enabled: EnabledWhen) -> Action:
    return Action(id_, title, keys, "Measure", lambda w: w.measuring.arm(intent), enabled, "Lesion")


def _figure(title: str, keys: str, kind: FigureKind) -> Action:
    return Action(f"figure.{kind}", title, keys, "Figures", lambda w: w.annotating.arm(kind), can_draw, "Figures")


def _finding(id_: str, title: str, keys: str, key: str) -> Action:
    return Action(id_, title, keys, "Finding", lambda w: w.measuring.record_quick(key), lesion_selected, "Lesion")


def _event(id_: str, title: str, keys: str, event: str) -> Action:
    """Its choices come as a menu below the button of the finding bar."""
    together = "Split, merged, treated since"
    run = partial(_ask_event, event)
    return Action(id_, title, keys, "Finding", run, lesion_selected, "Lesion", together=together)


def _ask_event(event: str, station: Workstation) -> None:
    station.desk.happened.ask(event)


_NEW = "New lesion; effusion or thrombus without a size"
_LINKED = "Linked views; exams by registration"


def _ask_unmeasured(station: Workstation) -> None:
    station.desk.happened.ask_unmeasured()


def _phase(keys: str, phase: PhaseName) -> Action:
    letters = PHASE_LETTERS[phase]
    return Action(
        f"phase.{phase}",
        f"Show {letters} in the active view",
        keys,
        "View",
        lambda w: w.images.phases.show(phase),
        images_open,
        "View",
    )


def _layout(layout: Layout) -> Action:
    words = {1: "One view", 2: "Two views", 3: "Three views", 4: "Four views", 6: "Six views", 9: "Nine views"}
    return Action(
        f"view.{layout.rows}x{layout.columns}",
        words[layout.count],
        f"Ctrl+{layout.count}",
        "View",
        lambda w: w.images.set_layout(layout),
        images_open,
        "View/Layout",
    )


def _left_drag(keys: str, gesture: Gesture) -> Action:
    return Action(
        f"drag.{gesture.name.lower()}",
        f"Left drag: {gesture}",
        keys,
        "View",
        lambda w: w.left_drags(gesture),
        images_open,
        "View/Left drag",
        lambda w: w.images.display.left_drag is gesture,
    )


def _by_keys(id_: str, title: str, keys: str, together: str, run: Callable[[Workstation], None]) -> Action:
    """What the mouse does by dragging, by keys."""
    return Action(id_, title, keys, "By keys alone", run, images_open, "View/By keys", together=together)


def _preset(number: int) -> Action:
    return Action(
        f"preset.{number}",
        preset_title(number),
        str(number),
        "Window",
        lambda w: w.images.windows.preset(number),
        images_open,
        "View/Window",
    )


def _keep_preset(number: int) -> Action:
    return Action(
        f"preset.keep.{number}",
        f"Keep this window as preset {number}",
        f"Ctrl+Shift+{number}",
        "Window",
        lambda w: w.images.windows.keep_preset(number),
        images_open,
        "View/Window/Keep as preset",
        together="Keep this window as that preset",
    )


def _text_size(scale: float) -> Action:
    return Action(
        f"view.text_{scale * 100:.0f}",
        f"Text size {scale:.0%}",
        "",
        "View",
        lambda w: w.choose_text_size(scale),
        menu="View/Text size",
        is_on=lambda w: w.window.theme.scale == scale,
    )


def _ground(ground: Ground, title: str) -> Action:
    return Action(
        f"view.{ground}",
        title,
        "",
        "View",
        lambda w: w.choose_ground(ground),
        menu="View/Colours",
        is_on=lambda w: w.window.theme.ground is ground,
    )


ACTIONS: tuple[Action, ...] = (
    Action("file.import", "Import a folder …", "Ctrl+I", "File", lambda w: w.window.import_folder(), menu="File"),
    Action("file.import_archive", "Import an archive, disc or case file …", "Ctrl+Shift+I", "File", lambda w: w.window.import_archive(), menu="File"),
    Action("file.proposals", "Measurements of other programs (SR, SEG) …", "", "File", lambda w: w.proposals.show(), case_open, "File"),
    Action("file.demo", "Open the demonstration study", "", "File", lambda w: w.work.open_demo(), menu="File"),
    Action("file.course", "Open a published course", "", "File", lambda w: w.work.open_course(), menu="File"),
    Action("file.clinical", "Clinical data from a table …", "", "File", lambda w: w.desk.labs.ask_file(), clinical_in_sight, "File"),
    Action("file.protocol", "Study protocol of the case …", "", "File", lambda w: w.window.bar.ask_protocol(), case_open, "File"),
    Action("file.export", "Export …", "Ctrl+E", "File", lambda w: w.exporting.show(), menu="File"),
    Action("file.decision_note", "Decision note (PDF) …", "Ctrl+P", "File", lambda w: w.exporting.print_note(), clinical_in_sight, "File"),
    Action("file.copy_read", "Copy the read as text", "Ctrl+Shift+C", "File", lambda w: w.copy_read(), case_open, "File"),
    Action("file.quit", "Quit", "Ctrl+Q", "File", lambda w: _close(w), menu="File"),
    Action("edit.undo", "Undo", "Ctrl+Z", "Edit", lambda w: w.undo(), can_undo, "Edit"),
    Action("edit.redo", "Redo", "Ctrl+Y Ctrl+Shift+Z", "Edit", lambda w: w.session.redo(), can_redo, "Edit"),
    Action("edit.cancel", "Cancel the tool", "Esc", "Edit", lambda w: w.cancel(), menu="Edit"),
    _tool("measure.target", "Target: draw its longest viable diameter", "T", Intent.TARGET, unlocked),
    _tool("measure.counted", "Measure the selected lesion", "Y", Intent.COUNTED, lesion_selected),
    Action("assist.start", "Assisted measurement: click in the lesion, or draw across it", "J", "Measure", lambda w: w.assisting.arm(), unlocked, "Lesion"),
    Action("assist.accept", "Accept the proposal", "", "Measure", lambda w: w.assisting.accept(), proposal_open, "Lesion"),
    _tool("measure.whole", "Whole diameter of the selected lesion", "Shift+Y", Intent.WHOLE, lesion_selected),
    _tool("measure.nontarget", "Non-target: mark it, or record it as present", "N", Intent.NONTARGET, unlocked),
    replace(_tool("measure.new", "New lesion", "W", Intent.NEW, unlocked), together=_NEW),
    Action("measure.unmeasured", "Effusion or thrombus, without a size", "Shift+U", "Measure", _ask_unmeasured, unlocked, "Lesion", together=_NEW),
    _finding("finding.gone", "No viable tumour (liver) / disappeared", "D", "D"),
    _finding("finding.small", "Too small to measure", "M", "M"),
    Action("finding.not_evaluable", "Not evaluable, with the reason", "E", "Finding", lambda w: w.desk.ask_why_not_evaluable(), lesion_selected, "Lesion"),
    _finding("finding.progression", "Unequivocal progression", "U", "U"),
    _event("lesion.split", "Split into fragments", "Shift+D", "split"),
    _event("lesion.merge", "Merged with another target", "Shift+J", "merge"),
    _event("lesion.treated", "Treated since the last time point", "Shift+T", "treated"),
    Action("finding.clear", "Take the selected figure out, else the finding", "Del", "Finding", lambda w: w.take_out(), figure_or_lesion_selected, "Lesion"),
    _figure("Length", "Q", FigureKind.LENGTH),
    _figure("Two lengths across each other", "B", FigureKind.BIDIRECTIONAL),
    _figure("Ellipse: mean, SD and area", "Shift+E", FigureKind.ELLIPSE),
    _figure("Freehand region: mean, SD and area", "Shift+F", FigureKind.FREEHAND),
    _figure("Angle", "Shift+A", FigureKind.ANGLE),
    _figure("Arrow with a note", "Shift+N", FigureKind.ARROW),
    _figure("Point: the value under it", "Shift+P", FigureKind.POINT),
    Action("figure.next", "Next figure", "}", "Figures", lambda w: w.annotating.guide.step(1), case_open, "Figures"),
    Action("figure.previous", "Previous figure", "{", "Figures", lambda w: w.annotating.guide.step(-1), case_open, "Figures"),
    Action("lesion.next", "Next lesion", "]", "Lesion", lambda w: w.desk.step_lesion(1), case_open, "Lesion"),
    Action("lesion.previous", "Previous lesion", "[", "Lesion", lambda w: w.desk.step_lesion(-1), case_open, "Lesion"),
    Action("visit.confirm", "Confirm baseline and day 0 …", "Ctrl+B", "Case", lambda w: w.desk.confirm_time_points(), case_open, "Case"),
    Action("visit.clinical", "Clinical data …", "Ctrl+D", "Case", lambda w: w.desk.edit_clinical(), clinical_in_sight, "Case"),
    Action("visit.sign", "Sign this time point", "Ctrl+Return", "Case", lambda w: w.desk.sign(), case_open, "Case"),
    Action("read.mode", "Reading mode: sequential, blinded …", "", "Case", lambda w: w.show_mode(), case_open, "Case"),
    Action("visit.versions", "Signed version beside what is now, and back", "", "Case", lambda w: w.show_versions(), case_open, "Case"),
    Action("reader.password", "Set or change my password …", "", "Case", lambda w: w.change_password(), case_open, "Case"),
    Action("visit.next", "Next time point", "Ctrl+Right", "Case", lambda w: w.desk.step_visit(1), case_open, "Case"),
    Action("visit.previous", "Previous time point", "Ctrl+Left", "Case", lambda w: w.desk.step_visit(-1), case_open, "Case"),
    Action("view.stage", "Next hanging", "Space .", "Hanging", lambda w: w.images.next_stage(), images_open, "View/Hanging"),
    Action("view.previous_stage", "Previous hanging", ",", "Hanging", lambda w: w.images.next_stage(-1), images_open, "View/Hanging"),
    Action("view.planes", "Planes of this series (MPR), and back", "Ctrl+M", "Hanging", lambda w: w.images.planes.toggle(), images_open, "View/Hanging", lambda w: w.images.planes.hanging),
    Action("view.next_page", "More views", "Ctrl+PgDown", "Hanging", lambda w: w.images.turn_page(1), images_open, "View/Layout"),
    Action("view.previous_page", "Views before these", "Ctrl+PgUp", "Hanging", lambda w: w.images.turn_page(-1), images_open, "View/Layout"),
    Action("view.second_window", "Images in their own window, and back", "Ctrl+Shift+W", "Hanging", lambda w: w.second_window.toggle(), case_open, "View", lambda w: w.second_window.detached),
    *(_layout(layout) for layout in CHOICES),
    Action("view.maximise", "One view large, and back", "F11", "View", lambda w: w.images.grid.toggle_maximised(), images_open, "View/Layout", lambda w: w.images.grid.maximised),
    _phase("A", PhaseName.ARTERIAL),
    _phase("S", PhaseName.PORTAL_VENOUS),
    _phase("F", PhaseName.DELAYED),
    _phase("", PhaseName.PRE),
    _phase("", PhaseName.TRANSITIONAL),
    _phase("", PhaseName.HEPATOBILIARY),
    Action("view.subtraction", "Arterial minus pre-contrast in the active view, and back", "Shift+S", "View", lambda w: w.images.phases.toggle_subtraction(), images_open, "View"),
    Action("phase.next", "Next phase", "Alt+Right", "View", lambda w: w.images.phases.step(1), images_open, "View"),
    Action("phase.previous", "Previous phase", "Alt+Left", "View", lambda w: w.images.phases.step(-1), images_open, "View"),
    Action("view.link", "Linked views", "Ctrl+L", "View", lambda w: w.images.display.toggle_linked(), images_open, "View", lambda w: w.images.display.linked, _LINKED),
    Action("view.registration", "Exams linked by registration", "G", "View", lambda w: w.images.linking.toggle_registration(), images_open, "View", lambda w: w.images.linking.by_registration, _LINKED),
    Action("view.link_windows", "Linked views share the window", "Ctrl+Shift+L", "View", lambda w: w.images.display.toggle_linked_windows(), images_open, "View", lambda w: w.images.display.windows_linked),
    Action("view.pin", "Pin one place at two time points", "P", "View", lambda w: w.images.linking.pin(), images_open, "View"),
    Action("view.unpin", "Take the pin out", "Ctrl+Shift+P", "View", lambda w: w.images.linking.unpin(), images_open, "View"),
    Action("view.localiser", "Crosshair: go to the same place in all views", "X", "View", lambda w: w.images.planes.toggle_localiser(), images_open, "View", lambda w: w.images.planes.localiser.on),
    Action("view.reference_lines", "Reference lines", "Shift+X", "View", lambda w: w.images.planes.toggle_lines(), images_open, "View", lambda w: w.images.planes.lines_on),
    Action("view.slab", "Slab of planes: off, MIP, mean", "Shift+M", "View", lambda w: w.images.planes.cycle_slab(), images_open, "View/Slab"),
    Action("view.slab_thicker", "Thicker slab", "Alt+Up", "View", lambda w: w.images.planes.thicken(1), images_open, "View/Slab"),
    Action("view.slab_thinner", "Thinner slab", "Alt+Down", "View", lambda w: w.images.planes.thicken(-1), images_open, "View/Slab"),
    Action("cine.images", "Play the images, or stop", "C", "Cine", lambda w: w.images.cine.play_images(), images_open, "View/Cine"),
    Action("cine.phases", "Play the phases to and fro, or stop", "Shift+C", "Cine", lambda w: w.images.cine.play_phases(), images_open, "View/Cine"),
    Action("cine.faster", "Faster", "Ctrl+]", "Cine", lambda w: w.images.cine.faster(1), images_open, "View/Cine"),
    Action("cine.slower", "Slower", "Ctrl+[", "Cine", lambda w: w.images.cine.faster(-1), images_open, "View/Cine"),
    Action("view.ghosts", "Lines of other series and of the prior", "K", "View", lambda w: w.images.display.toggle_ghosts(), images_open, "View"),
    Action("view.overlay", "Overlay full, minimal, off", "O", "View", lambda w: w.images.display.cycle_overlay(), images_open, "View"),
    Action("view.loupe", "Loupe under the pointer", "L", "View", lambda w: w.images.display.toggle_loupe(), images_open, "View"),
    Action("view.invert", "Invert", "I", "View", lambda w: w.images.display.invert(), images_open, "View"),
    Action("view.flip_h", "Flip left and right", "H", "View", lambda w: w.images.display.flip(horizontal=True), images_open, "View"),
    Action("view.flip_v", "Flip up and down", "V", "View", lambda w: w.images.display.flip(horizontal=False), images_open, "View"),
    Action("view.turn", "Turn clockwise by 90°", "Shift+R", "View", lambda w: w.images.display.turn(), images_open, "View"),
    Action("view.smooth", "Smooth, or the pixels as they are", "Shift+I", "View", lambda w: w.images.display.toggle_smooth(), images_open, "View"),
    Action("view.zoom_in", "Zoom in", "+", "View", lambda w: w.images.display.zoom(1), images_open, "View"),
    Action("view.zoom_out", "Zoom out", "-", "View", lambda w: w.images.display.zoom(-1), images_open, "View"),
    Action("view.fit", "Fit the whole image", "=", "View", lambda w: w.images.display.fit(), images_open, "View"),
    Action("view.reset", "Reset the views", "R", "View", lambda w: w.images.display.reset(), images_open, "View"),
    _left_drag("Shift+W", Gesture.WINDOW),
    _left_drag("Shift+B", Gesture.SCROLL),
    _left_drag("Shift+Z", Gesture.PAN),
    _left_drag("Z", Gesture.ZOOM),
    Action("drag.level_turned_round", "Window and level: drag up for darker", "", "View", lambda w: w.images.display.turn_level_round(), images_open, "View/Left drag", lambda w: w.images.display.level_turned_round),
    _by_keys("view.next_view", "Next view", "F6", "Next view, and back", lambda w: w.images.display.step_view(1)),
    _by_keys("view.previous_view", "View before", "Shift+F6", "Next view, and back", lambda w: w.images.display.step_view(-1)),
    _by_keys("window.narrower", "Window narrower", "F3", "Window narrower, wider", lambda w: w.images.display.widen(-1)),
    _by_keys("window.wider", "Window wider", "F4", "Window narrower, wider", lambda w: w.images.display.widen(1)),
    _by_keys("window.brighter", "Level down: brighter", "Shift+F3", "Level down, up", lambda w: w.images.display.raise_level(-1)),
    _by_keys("window.darker", "Level up: darker", "Shift+F4", "Level down, up", lambda w: w.images.display.raise_level(1)),
    _by_keys("view.pan_left", "Picture to the left", "Ctrl+Shift+Left", "Pan", lambda w: w.images.display.pan(-1, 0)),
    _by_keys("view.pan_right", "Picture to the right", "Ctrl+Shift+Right", "Pan", lambda w: w.images.display.pan(1, 0)),
    _by_keys("view.pan_up", "Picture up", "Ctrl+Shift+Up", "Pan", lambda w: w.images.display.pan(0, -1)),
    _by_keys("view.pan_down", "Picture down", "Ctrl+Shift+Down", "Pan", lambda w: w.images.display.pan(0, 1)),
    _by_keys("place.left", "Crosshair to the left by 1 mm", "Alt+Shift+Left", "Crosshair by 1 mm", lambda w: w.images.planes.step_place(-1, 0)),
    _by_keys("place.right", "Crosshair to the right by 1 mm", "Alt+Shift+Right", "Crosshair by 1 mm", lambda w: w.images.planes.step_place(1, 0)),
    _by_keys("place.up", "Crosshair up by 1 mm", "Alt+Shift+Up", "Crosshair by 1 mm", lambda w: w.images.planes.step_place(0, -1)),
    _by_keys("place.down", "Crosshair down by 1 mm", "Alt+Shift+Down", "Crosshair by 1 mm", lambda w: w.images.planes.step_place(0, 1)),
    _by_keys("planes.turn_left", "Oblique plane to the left by 5°", "<", "Oblique plane by 5°", lambda w: w.images.planes.turn(-1)),
    _by_keys("planes.turn_right", "Oblique plane to the right by 5°", ">", "Oblique plane by 5°", lambda w: w.images.planes.turn(1)),
    _by_keys("planes.straighten", "Oblique plane as at first", "Ctrl+Shift+M", "", lambda w: w.images.planes.straighten()),
    Action("view.rail", "Series names", "F2", "View", lambda w: w.page.toggle_rail(), menu="View"),
    Action("view.decision", "Decision, wide", "\\", "View", lambda w: w.desk.toggle_decision(), clinical_in_sight, "View"),
    Action("go.menu", "Menu of all commands", "F10", "Go", lambda w: w.window.open_menu(), menu="Go"),
    Action("go.worklist", "Worklist", "Ctrl+K", "Go", lambda w: w.window.show_worklist(), menu="Go"),
    Action("go.reading", "Reading", "Ctrl+R", "Go", lambda w: w.window.show_reading(), case_open, "Go"),
    Action("go.reads", "Reads side by side", "Ctrl+Shift+G", "Go", lambda w: w.comparing.show(), case_open, "Go"),
    Action("read.again", "Read again, blinded: without the reads there are", "", "Case", lambda w: w.comparing.read_again(), case_open, "Case"),
    Action("go.cohort", "Cohort", "Ctrl+G", "Go", lambda w: w.cohort.show(), menu="Go"),
    Action("go.history", "History", "Ctrl+H", "Go", lambda w: w.history.show(), case_open, "Go"),
    *(_preset(number) for number in range(1, 10)),
    *(_keep_preset(number) for number in range(1, 10)),
    Action("preset.reset", "Window presets as shipped", "", "Window", lambda w: w.images.windows.reset_presets(), images_open, "View/Window"),
    *(_text_size(size) for size in SIZES),
    _ground(Ground.DARK, "Dark colours"),
    _ground(Ground.LIGHT, "Light colours"),
    Action("help.keys", "Keys", "F1", "Help", lambda w: w.keys.show_sheet(), menu="Help"),
    Action("keys.change", "Change the keys …", "Ctrl+/", "Help", lambda w: w.keys.show_editor(), menu="Help"),
    Action("help.about", "About Hepatrace", "", "Help", lambda w: w.show_about(), menu="Help"),
)  # fmt: skip

MOUSE_AND_OTHER_KEYS: tuple[tuple[str, str], ...] = (
    ("wheel", "scroll images; with Shift by five"),
    ("Ctrl + wheel", "zoom"),
    ("Alt + wheel", "step through the phases"),
    ("left drag", "window and level, or what the menu View, Left drag says"),
    ("right drag", "zoom"),
    ("middle drag", "pan"),
    ("double click", "one view large, and back"),
    ("↑ ↓  Home End", "image up, down, first, last"),
    ("PgUp PgDn", "series before, next series"),
    ("arrow keys on a line or figure", "nudge it 0.1 mm (Shift: 1 mm)"),
    ("Enter on an image", "accept the proposal of the assistant; while a place is pinned, pin the crosshair"),
    ("Tab on an image or in the table", "next lesion that is still to do, with all views and phases"),
    ("the key of a figure twice", "draw as many as you like; Esc ends"),
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
