"""Takes the left button of views where an assisted measurement is started, or its reference ball is caught."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QMouseEvent

from viewers.tools import proposal
from viewers.tools.events import EventKind
from viewers.widgets.proposal_painter import ViewProposal
from viewers.widgets.slice_view import SliceView

_KINDS = {
    QEvent.Type.MouseButtonPress: EventKind.PRESS,
    QEvent.Type.MouseButtonDblClick: EventKind.PRESS,
    QEvent.Type.MouseMove: EventKind.MOVE,
    QEvent.Type.MouseButtonRelease: EventKind.RELEASE,
}


class ProposalMouse(QObject):
    """Listens while it is armed or a ball is shown; everything else goes to the view as ever.

    Signals
    -------
    started(int, point, point or None)
        A click, or an axis, in the view of that number (LPS mm).
    ball_moved(point)
        Where the centre of the ball was let go.
    changed(Ball or None, (point, point) or None)
        The ball or the axis as they are while they are moved or drawn.
    """

    started = Signal(int, object, object)
    ball_moved = Signal(object)
    changed = Signal(object, object)

    def __init__(self, views: Sequence[SliceView], parent: QObject) -> None:
        super().__init__(parent)
        self._views = tuple(views)
        self._state: proposal.State = proposal.Idle()
        self._listening = False
        self.armed = False
        self.ball: proposal.Ball | None = None
        self._frame: str | None = None

    @property
    def busy(self) -> bool:
        return proposal.is_busy(self._state)

    def arm(self, armed: bool) -> None:
        """Whether the next press starts a measurement."""
        self.armed, self._state = armed, proposal.Idle()
        for view in self._views:
            view.hold_cursor(Qt.CursorShape.CrossCursor if armed else None)
        self._listen()

    def show_ball(self, ball: proposal.Ball | None, frame_of_reference_uid: str | None) -> None:
        """The ball that can be caught, in the views of its frame of reference."""
        self.ball, self._frame, self._state = ball, frame_of_reference_uid, proposal.Idle()
        self._listen()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = _KINDS.get(event.type())
        if kind is None or not isinstance(event, QMouseEvent) or not isinstance(watched, SliceView):
            return super().eventFilter(watched, event)
        button = event.buttons() if kind is EventKind.MOVE else event.button()
        if not (button == Qt.MouseButton.LeftButton or (kind is EventKind.MOVE and self.busy)):
            return False
        world = watched.world_event(kind, event.position(), event.modifiers())
        if world is None:
            if self.armed and kind is EventKind.PRESS:
                watched.refuse()
                return True
            return False
        before, source = self._state, watched.source
        here = source is not None and source.frame_of_reference_uid == self._frame
        self._state, effect = proposal.step(before, world, self.ball if here else None, self.armed)
        if kind is EventKind.PRESS and self.busy:
            watched.activated.emit()
        match self._state:
            case proposal.Moving(ball=ball):
                self.changed.emit(ball, None)
            case proposal.Starting(start=start, end=end):
                self.changed.emit(self.ball, (start, end) if end != start else None)
            case proposal.Idle() if proposal.is_busy(before):
                self.changed.emit(self.ball, None)
        match effect:
            case proposal.Started():
                self.started.emit(self._views.index(watched), effect.start, effect.end)
            case proposal.BallMoved():
                self.ball_moved.emit(effect.centre)
        return proposal.is_busy(before) or self.busy

    def _listen(self) -> None:
        wanted = self.armed or self.ball is not None
        if wanted == self._listening:
            return
        self._listening = wanted
        for view in self._views:
            view.installEventFilter(self) if wanted else view.removeEventFilter(self)


def show_on(views: Sequence[SliceView], shown: ViewProposal | None) -> None:
    """Show a proposal on all views that hold something of it."""
    for view in views:
        view.proposal = shown
        view.update()
