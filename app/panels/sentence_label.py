"""A line of text with bold numbers, response shapes and a link, at the design's line height."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.panels.response_text import Sentence
from app.theme import Face, Theme, paint_focus_ring, paint_response
from mrecist.values import Response


class SentenceLabel(QWidget):
    """Shows a `Sentence`; a click on it, or Enter while it has the focus, reports `clicked` when it is a link."""

    clicked = Signal()

    def __init__(self, theme: Theme, token: str = "text.1", face: Face = Face.BODY, link: bool = False) -> None:
        super().__init__()
        self._theme, self._token, self._face, self._link = theme, token, face, link
        self._document = QTextDocument(self)
        self._document.setDocumentMargin(0)
        self._document.setDefaultFont(theme.font(face))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        self._document.setDefaultTextOption(option)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.line_height(face))
        if link:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def text(self) -> str:
        return self._document.toPlainText().replace("\ufffc", "").replace("  ", " ")

    def set_sentence(self, sentence: Sentence) -> None:
        self._document.clear()
        parts: list[str] = []
        for run in sentence:
            if run.response is not None:
                parts.append(self._shape(run.response))
            elif run.strong:
                parts.append(f'<b style="color:{self._theme.name("text.1")}">{escape(run.text)}</b>')
            else:
                parts.append(escape(run.text))
        self._document.setHtml(f'<span style="color:{self._theme.name(self._token)}">{"".join(parts)}</span>')
        line = QTextBlockFormat()
        height = self._theme.line_height(self._face)
        line.setLineHeight(height, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        cursor = QTextCursor(self._document)
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(line)
        said = "".join(run.text or str(run.response or "") for run in sentence)
        self.setAccessibleName(said)
        self.setVisible(bool(sentence))
        self._fit_height()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        self._document.setTextWidth(-1)
        return QSize(round(self._document.idealWidth()) + 1, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(60), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()

    def _fit_height(self) -> None:
        """As high as its lines at this width: a line that wraps is never cut."""
        self._document.setTextWidth(self.width())
        height = round(self._document.size().height())
        if height != self.height():
            self.setFixedHeight(height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._document.setTextWidth(self.width())
        self._document.drawContents(painter)
        if self.hasFocus():
            paint_focus_ring(painter, QRectF(self.rect()), self._theme)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if (
            self._link
            and event.button() is Qt.MouseButton.LeftButton
            and self.rect().contains(event.position().toPoint())
        ):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._link and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _shape(self, response: Response) -> str:
        """An image of a response's shape, and its letters, in its colour."""
        side = self._theme.px(9)
        name = f"shape:{response}"
        image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        paint_response(painter, QRectF(QPointF(0, 0), QPointF(side, side)), response, self._theme)
        painter.end()
        self._document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), image)
        colour = self._theme.response(response).name()
        return f'<img src="{name}"/>&nbsp; <b style="color:{colour}">{response}</b>'
