"""How long one turn of the wheel and one step of a window drag take until four linked views are painted.

The views are real ones in a real window (on Qt's platform of the run, offscreen unless told otherwise): a wheel or a
mouse event is sent, then events are processed until every view has painted. The overlay is full: corner texts that
change with the image, letters, ruler, lines. pyqtgraph shows the same volumes in the same run, in turns.

Between two steps a view paints the next image ahead. A step does not wait for that; how long it takes is a row of its
own.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from app.bootstrap import make_application
from app.desks.image_library import LoadedSeries
from app.tasks import TaskRunner, Token
from tests.benchmarks.encoded import SYNTAXES, write_encoded
from tests.benchmarks.images import write_ct
from tests.benchmarks.rows import Row
from viewers.imaging.catalogue import Series
from viewers.imaging.geometry import SlicePlane
from viewers.imaging.scan import scan
from viewers.widgets.marks import Chip, CornerTexts, LineStyle, TextLine, ViewLine
from viewers.widgets.source import ArraySource
from viewers.widgets.view_grid import ViewGrid
from viewers.widgets.view_links import Links

SLICES, SIZE = 60, 512
ROUNDS, STEPS = 6, 40
WIDTH, HEIGHT = 952, 860
"""Four views of 475 x 429 px, as in a window of 1600 x 1000."""

ZOOM = 1.13
"""So much larger than the whole image in a view."""

GOAL_MS, GOAL_LOADING_MS, GOAL_STALL_MS, GOAL_TIMES = 8.0, 16.0, 2.0, 1.7
_GOALS = {"ImageView": GOAL_TIMES, "ImageItem of float": GOAL_TIMES}
"""HU as pydicom and most others hand them over; int16 is shown for comparison."""

_NONE = Qt.MouseButton.NoButton
_NO_KEYS = Qt.KeyboardModifier.NoModifier


def run() -> list[Row]:
    application, _ = make_application(scale=1.0)
    import_module("viewers.imaging.compiled_greys")  # as the program does behind its window
    volumes = [_volume(seed) for seed in range(4)]
    ours = _Ours(volumes)
    floor = _floor(volumes)
    peers = {
        "ImageView": _image_views(volumes),
        "ImageItem of float": _image_items([volume.astype(np.float32) for volume in volumes]),
        "ImageItem of int16": _image_items(volumes),
    }
    scrolled: dict[str, list[float]] = {"ours": [], "floor": [], **{name: [] for name in peers}}
    dragged: list[float] = []
    for turn in range(ROUNDS):
        for name in list(scrolled) if turn % 2 == 0 else list(scrolled)[::-1]:
            if name == "ours":
                with ours.shown():
                    scrolled[name] += ours.scroll()
                    dragged += ours.drag()
            else:
                scrolled[name] += (floor if name == "floor" else peers[name]).scroll()
    where = f"in a window, platform {application.platformName()}"
    rows = [
        *_times("scroll: one step of four views", scrolled.pop("ours"), GOAL_MS, where),
        *_times("scroll: painted ahead between two steps", ours.ahead, None, "not part of a step"),
        *_times("scroll: one step of a window drag, four views", dragged, GOAL_MS),
    ]
    mine, least = (
        rows[0].value,
        _times("scroll: one step of the floor, four scaled pictures", scrolled.pop("floor"), None),
    )
    assert mine is not None and least[0].value is not None
    rows += [*least, Row("scroll: so many times the floor", mine / least[0].value, "x")]
    for name, taken in scrolled.items():
        rows += _times(f"scroll: one step, pyqtgraph {name}, defaults", taken, None)
    rows += [
        Row(f"scroll: faster than pyqtgraph {name}", float(np.median(taken)) * 1e3 / mine, "x", _GOALS.get(name), True)
        for name, taken in scrolled.items()
    ]
    return [*rows, *_while_loading(ours)]


def _while_loading(ours: _Ours) -> list[Row]:
    rows: list[Row] = []
    makers: dict[str, Callable[[Path], object]] = {"raw": write_ct}
    for syntax in SYNTAXES:
        makers[syntax.name] = partial(write_encoded, syntax=syntax)
    for what, write in makers.items():
        with tempfile.TemporaryDirectory() as name:
            if write(Path(name)) is None:
                continue
            (series,) = scan(Path(name)).series
            with ours.shown(), _Loading(series) as loading:
                scrolled, dragged = ours.scroll(2 * STEPS), ours.drag(2 * STEPS)
                stalls = _stalls()
                note = f"{loading.images} images read meanwhile"
        rows += [
            *_times(f"scroll: one step while {what} loads", scrolled, GOAL_LOADING_MS, note),
            *_times(f"scroll: one step of a window drag while {what} loads", dragged, GOAL_LOADING_MS),
            *_times(f"scroll: events late while {what} loads", stalls, GOAL_STALL_MS),
        ]
    return rows


def _times(what: str, seconds: list[float], goal_ms: float | None, note: str = "") -> list[Row]:
    p50, p95 = (float(p) * 1e3 for p in np.percentile(seconds, (50, 95)))
    return [Row(f"{what}, p50", p50, "ms", note=note), Row(f"{what}, p95", p95, "ms", goal_ms)]


def _volume(seed: int) -> NDArray[np.int16]:
    """A round body with noise, in HU."""
    rows, columns = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    body = np.where(np.hypot(rows, columns) < 0.85, 60.0, -1000.0)
    noise = np.random.default_rng(seed)
    return np.stack([body + noise.normal(0, 12, body.shape) for _ in range(SLICES)]).astype(np.int16)


class _Painted(QObject):
    """Tells when widgets have painted."""

    def __init__(self, widgets: tuple[QWidget, ...]) -> None:
        super().__init__()
        self._widgets = widgets
        self._waiting: set[QObject] = set()
        self.between: list[float] = []
        """Seconds of what was done between two acts."""
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self._waiting.discard(watched)
        return False

    def seconds_until_all(self, act: Callable[[], object]) -> float:
        """From the act until events are processed and every widget has painted."""
        before = time.perf_counter()
        QCoreApplication.processEvents()
        self._waiting = set(self._widgets)
        start = time.perf_counter()
        self.between.append(start - before)
        act()
        while self._waiting:
            QCoreApplication.processEvents()
        return time.perf_counter() - start


class _Ours:
    """A grid of four linked views, the upper left one active."""

    def __init__(self, volumes: list[NDArray[np.int16]]) -> None:
        self.grid = ViewGrid()
        self.ahead: list[float] = []
        self._lines = [_lines(f"series {tile}") for tile in range(len(volumes))]
        self.grid.resize(WIDTH, HEIGHT)
        planes = tuple(
            SlicePlane((0.0, 0.0, -3.0 * k), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.7, 0.7) for k in range(SLICES)
        )
        for tile, volume in enumerate(volumes):
            view = self.grid.views[tile]
            self.grid.set_source(tile, ArraySource(volume, planes, f"series {tile}", "frame"))
            view.set_window(60, 400)
            view.index_changed.connect(partial(self._write, tile))
            view.window_changed.connect(lambda _centre, _width, tile=tile: self._write(tile))
            self._write(tile)
        self._painted = _Painted(tuple(self.grid.views[:4]))
        with self.shown():  # a view that was never shown does not know yet how large it is
            # a part of the image, off the pixel grid: smooth scaling has work to do
            self.grid.active.zoom(ZOOM)

    @contextmanager
    def shown(self) -> Iterator[None]:
        self.grid.show()
        _settle()
        yield
        self.grid.hide()
        _settle()

    def scroll(self, steps: int = STEPS) -> list[float]:
        ways = [-120 if n % STEPS < STEPS // 2 else 120 for n in range(steps)]
        self._painted.between.clear()
        taken = [self._painted.seconds_until_all(partial(self._wheel, way)) for way in ways]
        self.ahead += self._painted.between
        return taken

    def drag(self, steps: int = STEPS) -> list[float]:
        self.grid.share(Links(window=True))
        self._mouse(QEvent.Type.MouseButtonPress, 200)
        taken = []
        for n in range(steps):
            at = 210 + 2 * (n if n < steps // 2 else steps - n)
            taken.append(self._painted.seconds_until_all(partial(self._mouse, QEvent.Type.MouseMove, at)))
        self._mouse(QEvent.Type.MouseButtonRelease, 210)
        self.grid.share(Links())
        return taken

    def _wheel(self, delta: int) -> None:
        view, at = self.grid.active, QPointF(200, 200)
        turn, phase = QPoint(0, delta), Qt.ScrollPhase.NoScrollPhase
        QApplication.sendEvent(
            view, QWheelEvent(at, view.mapToGlobal(at), QPoint(), turn, _NONE, _NO_KEYS, phase, False)
        )

    def _mouse(self, kind: QEvent.Type, x: float) -> None:
        view, at, left = self.grid.active, QPointF(x, 200), Qt.MouseButton.LeftButton
        button = _NONE if kind is QEvent.Type.MouseMove else left
        held = _NONE if kind is QEvent.Type.MouseButtonRelease else left
        QApplication.sendEvent(view, QMouseEvent(kind, at, view.mapToGlobal(at), button, held, _NO_KEYS))

    def _write(self, tile: int, _index: int = 0) -> None:
        view = self.grid.views[tile]
        state = view.state
        view.set_corner_texts(
            CornerTexts(
                ("Synthetic Patient HEP-0001", "M 63 y", TextLine("FU2 · current", True)),
                ("2025-06-10 09:41", f"Se {tile + 3} LIVER DYNAMIC 1.5 mm", (Chip("AP", "0.97"), Chip("2D only"))),
                (
                    f"Im {state.index + 1} · {state.index + 1} / {SLICES}",
                    f"z {-3.0 * state.index:.1f} mm",
                    "1.5 mm · 103 %",
                ),
                (f"W {state.width:.0f} L {state.center:.0f}", "120 kVp", "Iohexol"),
            )
        )
        view.set_lines(self._lines[tile])


def _lines(series: str) -> list[ViewLine]:
    """On every image one line of the reader's, selected in the first view, and a ghost; each with its own length."""
    found = []
    for k in range(SLICES):
        z, image = -3.0 * k, f"{series}.{k + 1}"
        selected = series.endswith(" 0")
        style = LineStyle.SELECTED if selected else LineStyle.OWN
        start, end = (90.0, 100.0, z), (130.0, 118.0, z)
        found.append(ViewLine(f"{k}", start, end, image, 1, f"IT1 {40 + k / 10:.1f} mm", style, selected))
        start, end = (100.0, 200.0, z), (150.0, 220.0, z)
        found.append(ViewLine(f"{k}-g", start, end, image, 1, f"IT1 BL {50 + k / 10:.1f}", LineStyle.GHOST))
    return found


@dataclass
class _Peer:
    window: QWidget
    painted: _Painted
    show: Callable[[int], None]

    def scroll(self) -> list[float]:
        self.window.show()
        _settle()
        ways = [n if n < STEPS // 2 else STEPS - n for n in range(STEPS)]
        taken = [self.painted.seconds_until_all(partial(self.show, 1 + way)) for way in ways]
        self.window.hide()
        _settle()
        return taken


class _Pictures(QWidget):
    """The least that can be painted: one picture that was made before, scaled smoothly, and nothing over it."""

    def __init__(self, volume: NDArray[np.int16], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        greys = (np.clip(volume.astype(np.int32) + 140, 0, 399) * 255 // 399).astype(np.uint32)
        self._pixels = greys * np.uint32(0x010101) | np.uint32(0xFF000000)
        self.k = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        rgb = QImage(self._pixels[self.k].data, SIZE, SIZE, SIZE * 4, QImage.Format.Format_RGB32)
        scale = ZOOM * self.height() / SIZE
        painter.translate((self.width() - SIZE * scale) / 2, (self.height() - SIZE * scale) / 2)
        painter.scale(scale, scale)
        painter.drawImage(0, 0, rgb)
        painter.end()


def _floor(volumes: list[NDArray[np.int16]]) -> _Peer:
    window = QWidget()
    window.resize(WIDTH, HEIGHT)
    views = [_Pictures(volume, window) for volume in volumes]
    for n, view in enumerate(views):
        view.setGeometry(n % 2 * (WIDTH + 2) // 2, n // 2 * (HEIGHT + 2) // 2, WIDTH // 2 - 1, HEIGHT // 2 - 1)

    def show(k: int) -> None:
        for view in views:
            view.k = k
            view.update()

    return _Peer(window, _Painted(tuple(views)), show)


def _image_views(volumes: list[NDArray[np.int16]]) -> _Peer:
    """Four ImageViews as pyqtgraph makes them, with their histograms."""
    import pyqtgraph

    window = QWidget()
    window.resize(WIDTH, HEIGHT)
    layout = QGridLayout(window)
    views = [pyqtgraph.ImageView() for _ in volumes]
    for n, (view, volume) in enumerate(zip(views, volumes, strict=True)):
        layout.addWidget(view, *divmod(n, 2))
        view.setImage(volume)

    def show(k: int) -> None:
        for view in views:
            view.setCurrentIndex(k)

    return _Peer(window, _Painted(tuple(view.ui.graphicsView.viewport() for view in views)), show)


def _image_items(volumes: Sequence[NDArray[np.generic]]) -> _Peer:
    """Four ImageItems in plain view boxes: no histogram, nothing over the image."""
    import pyqtgraph

    window = QWidget()
    window.resize(WIDTH, HEIGHT)
    layout = QGridLayout(window)
    items, canvases = [], []
    for n, volume in enumerate(volumes):
        canvas, item = pyqtgraph.GraphicsLayoutWidget(), pyqtgraph.ImageItem(volume[0])
        canvas.addViewBox(lockAspect=True, invertY=True).addItem(item)
        layout.addWidget(canvas, *divmod(n, 2))
        items.append(item)
        canvases.append(canvas)

    def show(k: int) -> None:
        for item, volume in zip(items, volumes, strict=True):
            item.setImage(volume[k])

    return _Peer(window, _Painted(tuple(canvas.viewport() for canvas in canvases)), show)


class _Loading:
    """A series that is read in the background, again and again, by the program's own runner."""

    def __init__(self, series: Series) -> None:
        self._series = series
        self._runner = TaskRunner()
        self.images = 0

    def __enter__(self) -> _Loading:
        self._again()
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()
        _settle()

    def _again(self, _result: object = None) -> None:
        opened = LoadedSeries(self._series)
        self._runner.start(
            "load", partial(_load, opened), done=self._again, failed=_fail, progressed=self._read, behind=True
        )

    def _read(self, _done: int, _total: int) -> None:
        self.images += 1


def _load(opened: LoadedSeries, token: Token) -> None:
    opened.load_first(token)
    opened.load_rest(token)


def _fail(failure: object) -> None:
    raise AssertionError(failure)


def _stalls(wanted: int = 200, every_s: float = 0.004) -> list[float]:
    """How late a timer is served while nothing is painted: what a key would wait for."""
    late: list[float] = []
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(round(every_s * 1e3))
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        late.append(max(0.0, now - last - every_s))
        last = now

    timer.timeout.connect(tick)
    timer.start()
    while len(late) < wanted:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    return late


def _settle() -> None:
    for _ in range(5):
        QCoreApplication.processEvents()
        time.sleep(0.002)
