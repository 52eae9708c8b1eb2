"""Paints the lesion table, row kind by row kind, and edits the cell of the open time point."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QImage, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app import words
from app.models.finding_sizes import size_of, whole_of
from app.models.lesion_cells import Cell, ColumnKind, Mark, RowKind, Tone
from app.models.lesion_table import CELL_ROLE, LesionTableModel
from app.panels.marks import Icon, paint_icon, paint_nadir
from app.theme import Face, Theme
from app.words import translated
from mrecist.lesions import Lesion

Crops = Mapping[tuple[str, str], QImage]
"""A picture of each lesion at each time point, by lesion id and visit id."""

ROW_HEIGHT = {RowKind.GROUP: 22, RowKind.LESION: 26, RowKind.CROPS: 76, RowKind.SUM: 26}
HEAD_HEIGHT = 33
CROP_SIDE = 64
_LEFT_COLUMNS = (ColumnKind.LESION, ColumnKind.SITE, ColumnKind.SERIES)
_ICONS = {Mark.COMPLETE: Icon.MET, Mark.OPEN: Icon.OPEN, Mark.TO_RESOLVE: Icon.ALERT}


class LesionDelegate(QStyledItemDelegate):
    """Draws cells by their tone and marks; the editor is a plain field without frame."""

    def __init__(self, theme: Theme, model: LesionTableModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model
        self.crops: Crops = {}

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = self._model.row(index.row())
        box = QRect(option.rect)
        painter.save()
        selected = row.lesion is not None and row.lesion.id == self._model.selected
        self._paint_ground(painter, box, row.kind, selected, index.column())
        match row.kind:
            case RowKind.GROUP:
                self._paint_group(painter, box, index.row())
            case RowKind.CROPS:
                assert row.lesion is not None
                self._paint_crops(painter, box, row.lesion)
            case RowKind.LESION | RowKind.SUM:
                self._paint_cell(painter, box, index.column(), index.data(CELL_ROLE))
        if row.kind in (RowKind.LESION, RowKind.CROPS) and selected and index.column() == 0:
            edge = QRect(box.left(), box.top(), self._theme.px(2), box.height())
            if row.kind is RowKind.LESION:
                painter.fillRect(edge, self._theme.colour("signal.accent"))
        if selected and row.kind is RowKind.LESION and self._model.is_current(index.column()):
            half = self._theme.px(2) / 2
            painter.setPen(QPen(self._theme.colour("signal.accent"), self._theme.px(2)))
            painter.drawRect(QRectF(box).adjusted(half, half, -half, -half - 1))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(self._theme.px(40), self._theme.px(ROW_HEIGHT[self._model.row(index.row()).kind]))

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        editor = QLineEdit(parent)
        editor.setProperty("cell", "true")
        editor.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        editor.setFont(self._theme.font(bold=True))
        editor.setAccessibleName(translated("Diameter in mm"))
        return editor

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        assert isinstance(editor, QLineEdit)
        if not editor.text():
            cell = index.data(CELL_ROLE)
            editor.setText(cell.text if cell.text[:1].isdigit() else "")

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        editor.setGeometry(option.rect.adjusted(0, 0, 0, -1))

    # --- painting ----------------------------------------------------------------------------------------------------

    def _paint_ground(self, painter: QPainter, box: QRect, kind: RowKind, selected: bool, column: int) -> None:
        theme = self._theme
        ground = theme.colour("surface.app")
        if kind is RowKind.SUM:
            ground = theme.colour("surface.panel")
        if selected and kind is RowKind.LESION:
            ground = theme.colour("surface.selected")
        painter.fillRect(box, ground)
        if selected and kind is RowKind.CROPS:
            painter.fillRect(box, theme.colour("surface.selected", 0.45))
        elif (
            not selected
            and kind is not RowKind.GROUP
            and self._model.is_current(column)
            and not self._model.reading_at_baseline
        ):
            painter.fillRect(box, theme.colour("signal.accent", 0.06))
        if not (selected and kind is RowKind.LESION and not self._model.reading_at_baseline):
            painter.fillRect(QRect(box.left(), box.bottom(), box.width(), 1), theme.colour("line.divider"))

    def _paint_group(self, painter: QPainter, box: QRect, row: int) -> None:
        theme = self._theme
        named, how = self._model.group_text(self._model.row(row).region)
        painter.setFont(theme.font(Face.SMALL, bold=True))
        place = box.adjusted(theme.px(10), 0, -theme.px(6), -1)
        painter.setPen(theme.colour("text.2"))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, named)
        place.setLeft(place.left() + painter.fontMetrics().horizontalAdvance(named) + theme.px(2))
        painter.setFont(theme.font(Face.SMALL))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, f" · {how}")

    def _paint_cell(self, painter: QPainter, box: QRect, column: int, cell: Cell) -> None:
        theme = self._theme
        kind = self._model.columns[column].kind
        left = kind in _LEFT_COLUMNS
        inset = theme.px(10 if column == 0 else 6) if left else 1
        place = box.adjusted(inset, 0, 0 if kind is ColumnKind.LESION else -theme.px(6), -1)
        if cell.mark is not None:
            side = theme.px(12)
            spot = QRectF(place.right() - side + 1, place.center().y() - side / 2 + 1, side, side)
            paint_icon(painter, spot, _ICONS[cell.mark], theme)
            return
        font = theme.font(Face.SMALL if cell.small else Face.BODY, cell.bold)
        colour = theme.colour(cell.tone.value)
        if left:
            painter.setPen(colour)
            smaller = (Face.SMALL, Face.RULE) if kind is ColumnKind.SITE else ()
            for fitting in (font, *(theme.font(face, cell.bold) for face in smaller)):
                painter.setFont(fitting)
                shown = painter.fontMetrics().elidedText(cell.text, Qt.TextElideMode.ElideRight, place.width())
                if shown == cell.text:
                    break
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)
            return
        if cell.warned:
            side = theme.px(12)
            roomy = box.width() >= theme.px(60)
            before, after = (theme.px(3), theme.px(2)) if roomy else (0, theme.px(1))
            spot = QRectF(place.left() + before, place.center().y() - side / 2 + 1, side, side)
            paint_icon(painter, spot, Icon.ALERT, theme)
            place.setLeft(place.left() + before + side + after)
        if cell.nadir:
            width, height = theme.px(8), theme.px(7)
            spot = QRectF(place.right() - width, place.center().y() - height / 2 + 0.5, width, height)
            paint_nadir(painter, spot, theme)
            place.setRight(place.right() - width - theme.px(4))
        text = f"{cell.text}{words.SPACE}*" if cell.provisional else cell.text
        painter.setPen(colour)
        self._paint_right(painter, place, text, font)
        if cell.prefix:
            place.setRight(place.right() - QFontMetrics(font).horizontalAdvance(text))
            small = theme.font(Face.RULE)
            spare = place.width() - QFontMetrics(small).horizontalAdvance(cell.prefix)
            if spare >= theme.px(4):  # apart from the value, and from the box about the open cell
                place.setRight(place.right() - theme.px(4 if spare >= theme.px(7) else 2))
                painter.setPen(theme.colour(Tone.FAINT.value))
                self._paint_right(painter, place, cell.prefix, small)

    def _paint_right(self, painter: QPainter, place: QRect, text: str, font: QFont) -> None:
        """Text at the right edge; words too wide for the column go on two lines of the smallest face.

        A number too wide for the column is written smaller, and never loses a digit.
        """
        painter.setFont(font)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        fits = QFontMetrics(font).horizontalAdvance(text) <= place.width()
        if fits or " " not in text:
            painter.setFont(font if fits else self._theme.font(Face.RULE, font.bold()))
            painter.drawText(place, flags | Qt.TextFlag.TextDontClip, text)
            return
        small = self._theme.font(Face.RULE)
        painter.setFont(small)
        head, tail = text.rsplit(" ", 1)
        height = self._theme.px(11)
        for line, offset in ((head, -1), (tail, 0)):
            top = place.center().y() + offset * height
            painter.drawText(QRect(place.left(), top, place.width(), height), flags | Qt.TextFlag.TextDontClip, line)

    def _paint_crops(self, painter: QPainter, box: QRect, lesion: Lesion) -> None:
        """A 64 px picture of the lesion at each time point with its counted and whole diameter."""
        theme, reading = self._theme, self._model.reading
        assert reading is not None
        side = theme.px(CROP_SIDE)
        shown = [c.visit_id for c in self._model.columns if c.kind is ColumnKind.VISIT and c.visit_id]
        room = box.width() - theme.px(11)
        fitting = max(1, room // (side + theme.px(58)))
        if len(shown) > fitting:
            shown = [shown[0], *shown[len(shown) - fitting + 1 :]] if fitting > 1 else shown[-1:]
        pitch = min(theme.px(142), room // len(shown))
        for at, visit_id in enumerate(shown):
            left, top = box.left() + theme.px(11) + at * pitch, box.top() + theme.px(6)
            spot = QRect(left, top, side, side)
            picture = self.crops.get((lesion.id, visit_id))
            if picture is None:
                continue  # the place stays empty: a black box would look like an image
            painter.drawImage(spot, picture)
            current = visit_id == reading.visit_id
            painter.setPen(QPen(theme.colour("signal.accent" if current else "line.input"), 1))
            painter.drawRect(spot.adjusted(0, 0, -1, -1))
            finding = reading.finding(lesion.id, visit_id)
            whole = whole_of(finding)
            lines = (
                (visit_id, "text.1", True),
                (size_of(finding), "text.1", False),
                ("" if whole is None else translated("whole {mm}", mm=whole), "text.3", False),
            )
            for line, (text, token, bold) in enumerate(lines):
                painter.setFont(theme.font(Face.SMALL, bold))
                painter.setPen(theme.colour(token))
                painter.drawText(spot.right() + theme.px(8), top + theme.px(11 + 15 * line), text)


class LesionHead(QHeaderView):
    """Two lines a column: time point and date, or change and its unit; the open time point stands out."""

    def __init__(self, theme: Theme, model: LesionTableModel, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme, self._model = theme, model
        self.setSectionsClickable(False)
        self.setFixedHeight(theme.px(HEAD_HEIGHT))
        self.setMinimumSectionSize(theme.px(24))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        theme = self._theme
        painter.save()
        painter.fillRect(rect, theme.colour("surface.app"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.colour("line.divider"))
        column = self._model.columns[logicalIndex]
        current = self._model.is_current(logicalIndex)
        left = column.kind in _LEFT_COLUMNS
        place = rect.adjusted(theme.px(10 if logicalIndex == 0 else 6), 0, -theme.px(6), -1)
        painter.setPen(theme.colour("text.1" if current and not self._model.reading_at_baseline else "text.3"))
        lines = str(self._model.headerData(logicalIndex, Qt.Orientation.Horizontal)).split("\n")
        height = theme.px(13)
        top = place.center().y() - height * len(lines) // 2 + 1
        side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
        for number, line in enumerate(lines):
            strong = current and number == 0 and not self._model.reading_at_baseline
            wide = QFontMetrics(theme.font(Face.SMALL, strong)).horizontalAdvance(line) > place.width()
            painter.setFont(theme.font(Face.RULE if wide else Face.SMALL, strong))
            spot = QRect(place.left(), top + number * height, place.width(), height)
            painter.drawText(spot, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, line)
        painter.restore()
