"""The reader's own keys: every action with its keys; press the new one, see at once who has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.actions import Action
from app.keymap import Keymap, KeymapRefused, also_used, refused
from app.keystroke import KeyStroke
from app.panels.chips import label, rule_line
from app.panels.focus_ring import FocusRing
from app.panels.key_recorder import KeyRecorder
from app.theme import Face, Theme
from app.words import translated

_ID = Qt.ItemDataRole.UserRole


class KeyTree(QTreeWidget):
    """The actions in the order of the menus. Enter and a double click ask for a new key."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.headings: dict[str, QTreeWidgetItem] = {}
        self.rows: dict[str, QTreeWidgetItem] = {}

    def clear(self) -> None:
        self.headings, self.rows = {}, {}
        super().clear()

    def add(self, action_id: str, menu: str, texts: Sequence[str]) -> QTreeWidgetItem:
        """A row under the heading of its menu."""
        if menu not in self.headings:
            self.headings[menu] = QTreeWidgetItem(self, [menu])
            self.headings[menu].setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.headings[menu].setFirstColumnSpanned(True)
        self.rows[action_id] = QTreeWidgetItem(self.headings[menu], list(texts))
        self.rows[action_id].setData(0, _ID, action_id)
        return self.rows[action_id]

    def show_only(self, fits: Callable[[str, str], bool]) -> None:
        """The rows that fit, told by their action and their heading; a heading without any goes too."""
        for menu, heading in self.headings.items():
            inside = [(name, row) for name, row in self.rows.items() if row.parent() is heading]
            for name, row in inside:
                row.setHidden(not fits(name, menu))
            heading.setHidden(all(row.isHidden() for _, row in inside))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.action_id:
            self.asked.emit()
        else:
            super().keyPressEvent(event)

    @property
    def action_id(self) -> str:
        """The action of the row that is chosen; empty on a heading."""
        item = self.currentItem()
        return "" if item is None or item.isHidden() else str(item.data(0, _ID) or "")


class KeyEditor(QDialog):
    """A window of its own beside the images; what it changes holds at once.

    Signals
    -------
    keymap_changed(Keymap)
        The reader changed the keys.
    import_requested(), export_requested()
        A file of keys is to be read, or written.
    """

    keymap_changed = Signal(object)
    import_requested = Signal()
    export_requested = Signal()

    def __init__(self, theme: Theme, keymap: Keymap, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._keymap = theme, keymap
        self._before: list[Keymap] = []
        self._beside = False
        self._pending: KeyStroke | None = None
        self.setWindowTitle(translated("Change the keys"))
        self.resize(theme.px(620), theme.px(680))
        self.search = QLineEdit()
        self.search.setPlaceholderText(translated("Search an action or a key"))
        self.search.setAccessibleName(translated("Search an action or a key"))
        self.search.setClearButtonEnabled(True)
        self.tree = KeyTree()
        self.tree.setAccessibleName(translated("Actions and their keys"))
        FocusRing(theme, self.tree)
        self.tree.setHeaderLabels([translated("Action"), translated("Keys"), translated("As shipped")])
        self.tree.setUniformRowHeights(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(theme.px(12))
        self.chosen = label(strong=True)
        self.chosen.setWordWrap(True)
        self.told = label(tone="2")
        self.told.setWordWrap(True)
        self.recorder = KeyRecorder()
        self.record = QPushButton(translated("New key"))
        self.add = QPushButton(translated("One more key"))
        self.clear = QPushButton(translated("No key"))
        self.reset = QPushButton(translated("As shipped"))
        self.take = QPushButton()
        self.undo = QPushButton(translated("Take back"))
        self.reset_all = QPushButton(translated("All as shipped"))
        self.importing = QPushButton(translated("Import …"))
        self.exporting = QPushButton(translated("Export …"))
        self.closing = QPushButton(translated("Close"))
        self._build()
        self._connect()
        self.show_keymap(keymap)
        self.search.setFocus()

    def show_keymap(self, keymap: Keymap) -> None:
        """The keys as they are; the chosen action stays chosen."""
        chosen = self.tree.action_id
        self._keymap = keymap
        self.tree.clear()
        for action in keymap.actions:
            self._row(action)
        for heading in self.tree.headings.values():
            heading.setForeground(0, self._theme.colour("text.3"))
        self.tree.expandAll()
        self._filter()
        self.choose(chosen)

    def choose(self, action_id: str) -> None:
        """Go to an action; where it is not in sight, to the first that is."""
        rows = {name: row for name, row in self.tree.rows.items() if not row.isHidden()}
        if rows:
            row = rows.get(action_id, next(iter(rows.values())))
            self.tree.setCurrentItem(row)
            self.tree.scrollToItem(row)
        self._show_chosen()

    def tell(self, text: str, tone: str = "2") -> None:
        """One sentence below the list."""
        self.told.setText(text)
        self.told.setProperty("tone", tone)
        for step in (self.told.style().unpolish, self.told.style().polish):
            step(self.told)

    def change(self, keymap: Keymap, said: str) -> None:
        """Other keys hold; `Take back` goes back to those before."""
        self._before.append(self._keymap)
        self._use(keymap, said)

    # --- inside ----------------------------------------------------------------------------------------------

    def _use(self, keymap: Keymap, said: str) -> None:
        self.show_keymap(keymap)
        self.tell(said)
        self.undo.setEnabled(bool(self._before))
        self.keymap_changed.emit(keymap)

    def _row(self, action: Action) -> None:
        keymap = self._keymap
        changed = keymap.is_changed(action.id)
        shipped = "  ".join(key.shown for key in keymap.default(action.id)) if changed else ""
        keys = keymap.text(action.id)
        menu = " › ".join(translated(part) for part in action.menu.split("/"))
        row = self.tree.add(action.id, menu, (translated(action.title), keys, shipped or ("—" if changed else "")))
        row.setForeground(1, self._theme.colour("signal.accent" if changed else "text.1"))
        row.setForeground(2, self._theme.colour("text.3"))
        said = translated("{action}: {keys}", action=row.text(0), keys=keys or translated("no key"))
        row.setData(0, Qt.ItemDataRole.AccessibleTextRole, said + (translated(", changed") if changed else ""))

    def _filter(self) -> None:
        wanted = self.search.text().strip().lower()

        def fits(action_id: str, menu: str) -> bool:
            """A single letter is looked for among the keys, a word in all that is written."""
            row = self.tree.rows[action_id]
            if len(wanted) < 2:
                return not wanted or wanted in row.text(1).lower().split()
            return wanted in f"{menu} {row.text(0)} {row.text(1)} {action_id}".lower()

        self.tree.show_only(fits)

    def _search(self) -> None:
        self._filter()
        self.choose(self.tree.action_id)

    def _show_chosen(self) -> None:
        action_id = self.tree.action_id
        self._end_pending()
        for button in (self.record, self.add):
            button.setEnabled(bool(action_id))
        self.clear.setEnabled(bool(action_id) and bool(self._keymap.keys(action_id)))
        self.reset.setEnabled(bool(action_id) and self._keymap.is_changed(action_id))
        self.reset_all.setEnabled(bool(self._keymap.changes))
        if not action_id:
            self.chosen.setText(translated("No action fits the search.") if self.search.text() else "")
            return
        action = self._keymap.action(action_id)
        keys = self._keymap.text(action_id) or translated("no key")
        self.chosen.setText(f"{translated(action.title)}: {keys}")
        notes = [note for key in self._keymap.keys(action_id) if (note := also_used(key))]
        self.tell(" ".join(dict.fromkeys(notes)))

    def _wait(self, beside: bool) -> None:
        if self.tree.action_id:
            self._end_pending()
            self._beside = beside
            self.recorder.wait()

    def _recorded(self, key: KeyStroke) -> None:
        """Taken at once when it is free; otherwise who has it, and the way out, stand below."""
        action_id = self.tree.action_id
        why = refused(key, action_id)
        holders = self._keymap.holders(key, action_id)
        if why:
            self.tell(translated("{why}. Press another.", why=why), "amber")
            self.record.setFocus()
        elif key in self._keymap.keys(action_id) and (self._beside or len(self._keymap.keys(action_id)) == 1):
            self.tell(translated("{key} is its key already.", key=key.shown))
            self.tree.setFocus()
        elif holders:
            self._pending = key
            names = ", ".join(f"“{translated(other.title)}”" for other in holders)
            self.tell(translated("{key} is the key of {names}.", key=key.shown, names=names), "amber")
            self.take.setText(translated("Take {key} from {names}", key=key.shown, names=names))
            self.take.show()
            self.take.setFocus()
        else:
            self._give(key)

    def _give(self, key: KeyStroke) -> None:
        action_id = self.tree.action_id
        lost = [translated(other.title) for other in self._keymap.holders(key, action_id)]
        title = translated(self._keymap.action(action_id).title)
        said = [translated("{key} now runs “{action}”.", key=key.shown, action=title)]
        said += [translated("“{action}” has lost it.", action=other) for other in lost]
        said += [note] if (note := also_used(key)) else []
        self.change(self._keymap.taking(key, action_id, self._beside), " ".join(said))
        self.tree.setFocus()

    def _take(self) -> None:
        if self._pending is not None:
            self._give(self._pending)

    def _end_pending(self) -> None:
        self._pending = None
        self.take.hide()

    def _clear(self) -> None:
        action_id = self.tree.action_id
        title = translated(self._keymap.action(action_id).title)
        try:
            keymap = self._keymap.with_keys(action_id, ())
        except KeymapRefused as refusal:
            self.tell(f"{refusal.problems[0]}.", "amber")
            return
        self.change(keymap, translated("“{action}” has no key now; it stays in the menu.", action=title))
        self.tree.setFocus()

    def _reset(self) -> None:
        action_id = self.tree.action_id
        title = translated(self._keymap.action(action_id).title)
        lost = [
            translated(other.title)
            for key in self._keymap.default(action_id)
            for other in self._keymap.holders(key, action_id)
        ]
        said = [translated("“{action}” has its shipped keys again.", action=title)]
        said += [translated("“{action}” has lost one.", action=other) for other in lost]
        self.change(self._keymap.reset(action_id), " ".join(said))
        self.tree.setFocus()

    def _take_back(self) -> None:
        if self._before:
            self._use(self._before.pop(), translated("Taken back."))

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self.tree.setFocus)
        self.tree.currentItemChanged.connect(lambda _now, _before: self._show_chosen())
        self.tree.asked.connect(lambda: self._wait(beside=False))
        self.tree.itemDoubleClicked.connect(lambda _row, _column: self._wait(beside=False))
        self.record.clicked.connect(lambda: self._wait(beside=False))
        self.add.clicked.connect(lambda: self._wait(beside=True))
        self.recorder.recorded.connect(self._recorded)
        self.recorder.given_up.connect(self.tree.setFocus)
        self.take.clicked.connect(self._take)
        self.clear.clicked.connect(self._clear)
        self.reset.clicked.connect(self._reset)
        self.undo.clicked.connect(self._take_back)
        self.reset_all.clicked.connect(lambda: self.change(Keymap(), translated("All keys are as shipped.")))
        self.importing.clicked.connect(self.import_requested)
        self.exporting.clicked.connect(self.export_requested)
        self.closing.clicked.connect(self.close)

    def _build(self) -> None:
        px = self._theme.px
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Interactive)
        self.tree.setColumnWidth(1, px(130))
        self.tree.setColumnWidth(2, px(110))
        self.take.setProperty("primary", "true")
        self.take.hide()
        for part in (self.take, self.recorder):  # the list keeps its place when they come and go
            kept = part.sizePolicy()
            kept.setRetainSizeWhenHidden(True)
            part.setSizePolicy(kept)
        self.told.setMinimumHeight(2 * self._theme.line_height(Face.BODY))
        self.told.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.undo.setEnabled(False)
        panel = QFrame()
        panel.setProperty("card", "plain")
        inside = QVBoxLayout(panel)
        inside.setContentsMargins(px(10), px(8), px(10), px(8))
        inside.setSpacing(px(6))
        ways = QHBoxLayout()
        ways.setSpacing(px(6))
        for button in (self.record, self.add, self.clear, self.reset):
            ways.addWidget(button)
        ways.addStretch(1)
        taking = QHBoxLayout()
        taking.addWidget(self.take)
        taking.addStretch(1)
        inside.addWidget(self.chosen)
        inside.addLayout(ways)
        inside.addWidget(self.recorder)
        inside.addWidget(self.told)
        inside.addLayout(taking)
        foot = QHBoxLayout()
        foot.setSpacing(px(6))
        for button in (self.undo, self.reset_all):
            foot.addWidget(button)
        foot.addStretch(1)
        for button in (self.importing, self.exporting, self.closing):
            foot.addWidget(button)
        hint = label(translated("Enter on a row, then the new key. What changes holds at once."), "3", Face.SMALL)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(12), px(12), px(12), px(12))
        column.setSpacing(px(8))
        column.addWidget(self.search)
        column.addWidget(hint)
        column.addWidget(self.tree, 1)
        column.addWidget(panel)
        column.addWidget(rule_line())
        column.addLayout(foot)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter is for the row, the field or the button that has the focus
