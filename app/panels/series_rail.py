"""The series of all time points, newest first: thumbnails to drag into a view."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtCore import QMimeData, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from app import words
from app.panels.chips import label
from app.panels.pressable import Hoverable
from app.reading.hanging import phase_label
from app.reading.series_kinds import Kind, kind_of
from app.state.record import Record, SeriesRef, Visit
from app.theme import Face, Theme, paint_focus_ring
from app.words import translated
from viewers.imaging.catalogue import SURE_PHASE
from viewers.widgets.view_grid import series_mime

"""What a dragged series carries: its UID as UTF-8 text."""

WIDE, NARROW = 168, 44
Thumbnails = Callable[[str], QImage | None]


class SeriesItem(Hoverable):
    """One series: thumbnail, phase and confidence, thickness and image count, and what is wrong with it."""

    opened = Signal(str)
    phase_asked = Signal(str, QPoint)

    def __init__(self, theme: Theme, series: SeriesRef, picture: QImage | None, shown: bool, narrow: bool) -> None:
        super().__init__()
        self._theme, self._narrow = theme, narrow
        self._pressed_at: QPoint | None = None
        self.setFixedHeight(theme.px(40 if narrow else 48))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.show_series(series, picture, shown)

    def show_series(self, series: SeriesRef, picture: QImage | None, shown: bool) -> None:
        """What is known of the series now; `shown` when it hangs in a view."""
        self._series, self._picture, self._shown = series, picture, shown
        said = [series.description, phase_text(series), amount_text(series), *_faults(series)]
        asked = translated("unsure phase: right-click to correct it") if is_unsure(series) else ""
        evidence = "" if series.phase_corrected_by else "; ".join(series.phase_evidence)
        self.setToolTip("\n".join(part for part in (*said, evidence, asked) if part))
        said.insert(2, translated("unsure") if asked else "")
        self.setAccessibleName(", ".join(part for part in said if part))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        if self._shown and not self._narrow:
            painter.fillRect(self.rect(), theme.colour("surface.raised"))
            painter.fillRect(0, 0, theme.px(2), self.height(), theme.colour("signal.accent"))
        elif self._hover:
            painter.fillRect(self.rect(), theme.colour("surface.raised"))
        side = theme.px(36 if self._narrow else 40)
        spot = QRect(theme.px(4 if self._narrow else 10), (self.height() - side) // 2, side, side)
        self._paint_picture(painter, spot)
        if self._narrow:
            self._paint_letters(painter, spot)
        else:
            self._paint_words(painter, spot.right() + theme.px(8))
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), theme)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            return
        if (event.position().toPoint() - self._pressed_at).manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self._drag()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed_at = self._pressed_at, None
        if pressed is None:
            return
        if not self._narrow and self._chip_box().contains(pressed):
            self.phase_asked.emit(self._series.uid, self.mapToGlobal(self._chip_box().bottomLeft()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # Also the menu key, and the only way where the rail is narrow and shows no chip.
        self.phase_asked.emit(self._series.uid, event.globalPos())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.opened.emit(self._series.uid)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self._series.uid)
            return
        super().keyPressEvent(event)

    def mime_data(self) -> QMimeData:
        """What a drag of this series carries."""
        return series_mime(self._series.uid)

    def _drag(self) -> None:
        drag = QDrag(self)
        drag.setMimeData(self.mime_data())
        if self._picture is not None:
            drag.setPixmap(QPixmap.fromImage(self._picture).scaledToWidth(self._theme.px(40)))
        drag.exec(Qt.DropAction.CopyAction)

    def _paint_picture(self, painter: QPainter, spot: QRect) -> None:
        theme = self._theme.on_images
        painter.fillRect(spot, theme.colour("surface.view"))
        if self._picture is not None:
            size = self._picture.size().scaled(spot.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(QPoint(0, 0), size)
            place.moveCenter(spot.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self._picture)
        if self._narrow and self._shown:
            painter.setPen(QPen(theme.colour("signal.accent"), 1))
            painter.drawRect(spot.adjusted(0, 0, -1, -1))

    def _paint_letters(self, painter: QPainter, spot: QRect) -> None:
        theme = self._theme.on_images
        known = self._series.phase or kind_of(self._series) not in (None, Kind.CHEST)
        letters = phase_label(self._series)[:3] if known else self._series.description[:2].upper()
        painter.setFont(theme.font(Face.RULE))
        width = painter.fontMetrics().horizontalAdvance(letters) + theme.px(4)
        box = QRect(spot.right() - width, spot.bottom() - theme.px(13), width, theme.px(13))
        painter.fillRect(box, theme.colour("surface.view", 0.62))
        unsure = "signal.amber" if is_unsure(self._series) else "text.1"
        painter.setPen(theme.colour("signal.error" if not self._series.measurable else unsure))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letters)

    def _paint_words(self, painter: QPainter, left: int) -> None:
        theme = self._theme
        box = self._chip_box()
        painter.setPen(QPen(theme.colour("signal.amber" if is_unsure(self._series) else "line.strong"), 1))
        painter.setBrush(theme.colour("surface.view"))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(2), theme.px(2))
        painter.setFont(theme.font(Face.SMALL))
        painter.setPen(theme.on_images.colour("text.1"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._chip_text())
        faults = _faults(self._series)
        painter.setPen(theme.colour("signal.error" if not self._series.measurable else "text.3"))
        line = QRect(left, box.bottom() + theme.px(1), self.width() - left - theme.px(4), theme.px(16))
        text = faults[0] if faults else amount_text(self._series)
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)

    def _chip_text(self) -> str:
        return phase_text(self._series) or (self._series.description.split() or [self._series.modality])[0]

    def _chip_box(self) -> QRect:
        theme = self._theme
        width = QFontMetrics(theme.font(Face.SMALL)).horizontalAdvance(self._chip_text()) + theme.px(11)
        return QRect(theme.px(58), theme.px(7), min(width, self.width() - theme.px(62)), theme.px(17))


class SeriesRail(QScrollArea):
    """Series grouped by time point, newest first; 168 px with words or 44 px with thumbnails alone."""

    series_opened = Signal(str)
    phase_asked = Signal(str, QPoint)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its series are what Tab stops at
        self._theme = theme
        self._narrow = False
        self._last: tuple[Record, str, Thumbnails, frozenset[str]] | None = None
        self._groups: tuple[tuple[Visit, bool], ...] = ()
        self.items: dict[str, SeriesItem] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(translated("Series"))
        self.set_narrow(False)

    def set_narrow(self, narrow: bool) -> None:
        """Thumbnails alone, or with words."""
        self._narrow = narrow
        self.setFixedWidth(self._theme.px(NARROW if narrow else WIDE))
        bar = self.verticalScrollBar()
        bar.setProperty("thin", narrow)  # the thumbnails leave 4 px
        bar.style().unpolish(bar)
        bar.style().polish(bar)
        if self._last is not None:
            self.set_record(*self._last)

    def set_record(self, record: Record, upto: str, thumbnails: Thumbnails, shown: Collection[str]) -> None:
        """Show the series of the time points up to `upto`; `shown` names those that hang in a view."""
        self._last = (record, upto, thumbnails, frozenset(shown))
        ids = [visit.id for visit in record.visits]
        visits = record.visits[: ids.index(upto) + 1] if upto in ids else record.visits
        groups = tuple((visit, self._narrow) for visit in reversed(visits))
        if groups != self._groups:
            self._groups = groups
            self._build(record, thumbnails)
        for uid, item in self.items.items():
            series = record.series_ref(uid)
            if series is not None:
                item.show_series(series, thumbnails(uid), uid in shown)

    def _build(self, record: Record, thumbnails: Thumbnails) -> None:
        """New items, for other time points, series or widths only: otherwise place and focus stay where they are."""
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.items = {}
        for visit, narrow in self._groups:
            column.addWidget(self._group_head(visit))
            for uid in visit.series:
                series = record.series_ref(uid)
                if series is not None:
                    item = SeriesItem(self._theme, series, thumbnails(uid), False, narrow)
                    item.opened.connect(self.series_opened)
                    item.phase_asked.connect(self.phase_asked)
                    self.items[uid] = item
                    column.addWidget(item)
        column.addStretch(1)
        self.setWidget(body)

    def _group_head(self, visit: Visit) -> QWidget:
        text = visit.id if self._narrow else f"{visit.id} · {words.iso(visit.on)}"
        head = label(text, "2", Face.SMALL, strong=True)
        head.setFixedHeight(self._theme.px(26))
        left = self._theme.px(8)
        head.setContentsMargins(0 if self._narrow else left, 0, 0, 0)
        if self._narrow:
            head.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return head

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self._theme.px(400))


def is_unsure(series: SeriesRef) -> bool:
    """True for a phase that a reader should look at: neither sure nor corrected."""
    return series.phase is not None and series.phase_confidence < SURE_PHASE and not series.phase_corrected_by


def phase_text(series: SeriesRef) -> str:
    """Phase and confidence: ``AP 0.97``; a corrected phase says so."""
    if series.phase is None:
        return ""
    if series.phase_corrected_by:
        return f"{phase_label(series)} ✓"
    return f"{phase_label(series)} {series.phase_confidence:.2f}"


def amount_text(series: SeriesRef) -> str:
    """How thick and how many the images are; before that the modality, where a phase alone would be taken for CT."""
    named = f"{series.modality} · " if series.phase is not None and series.modality != "CT" else ""
    if series.slice_thickness_mm is None:
        return f"{named}{words.counted(series.images, 'image', 'images')}"
    return f"{named}{series.slice_thickness_mm:g}{words.SPACE}mm · {series.images}"


def _faults(series: SeriesRef) -> tuple[str, ...]:
    if series.measurable and series.volume_ok:
        return ()
    return (translated("not measurable") if not series.measurable else translated("no volume"), *series.why_not)
