"""The lesion table as an item model: every lesion over all time points, sums, and changes."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.models.lesion_cells import (
    Accepted,
    Cell,
    Column,
    ColumnKind,
    Row,
    RowKind,
    cell_of,
    columns_of,
    group_text,
    head_of,
    rows_of,
)
from app.models.reading import Reading
from app.words import translated
from mrecist.values import Region

Index = QModelIndex | QPersistentModelIndex
CELL_ROLE = int(Qt.ItemDataRole.UserRole) + 1
ROW_ROLE = CELL_ROLE + 1
_NO_PARENT = QModelIndex()


class LesionTableModel(QAbstractTableModel):
    """Rows: a group row, lesions and a sum for each region; below the selected lesion a row for its crops."""

    def __init__(self) -> None:
        super().__init__()
        self._reading: Reading | None = None
        self._accepted = Accepted()
        self._rows: list[Row] = []
        self._columns: tuple[Column, ...] = ()
        self._selected: str | None = None

    @property
    def reading(self) -> Reading | None:
        return self._reading

    @property
    def reading_at_baseline(self) -> bool:
        return self._reading is not None and self._reading.at_baseline

    @property
    def columns(self) -> tuple[Column, ...]:
        return self._columns

    @property
    def selected(self) -> str | None:
        return self._selected

    def set_reading(self, reading: Reading | None, accepted: Accepted | None = None) -> None:
        """Show another state of the reading; the selected lesion stays selected while it exists."""
        self.beginResetModel()
        self._reading = reading
        self._accepted = accepted or Accepted()
        self._columns = () if reading is None else columns_of(reading)
        self._rows = [] if reading is None else list(rows_of(reading))
        if self.row_of(self._selected) is None:
            self._selected = None
        elif reading is not None and not reading.at_baseline:
            self._rows.insert(*self._crops_row())
        self.endResetModel()

    def select(self, lesion_id: str | None) -> None:
        """The crops of this lesion are shown below it."""
        if lesion_id == self._selected:
            return
        shown = next((i for i, row in enumerate(self._rows) if row.kind is RowKind.CROPS), None)
        if shown is not None:
            self.beginRemoveRows(_NO_PARENT, shown, shown)
            del self._rows[shown]
            self.endRemoveRows()
        self._selected = lesion_id if self.row_of(lesion_id) is not None else None
        if self._selected is not None and self._reading is not None and not self._reading.at_baseline:
            place, row = self._crops_row()
            self.beginInsertRows(_NO_PARENT, place, place)
            self._rows.insert(place, row)
            self.endInsertRows()

    def row_of(self, lesion_id: str | None) -> int | None:
        """The row of a lesion; None when it is not listed."""
        for number, row in enumerate(self._rows):
            if row.kind is RowKind.LESION and row.lesion is not None and row.lesion.id == lesion_id:
                return number
        return None

    def row(self, number: int) -> Row:
        return self._rows[number]

    def cell(self, row: int, column: int) -> Cell:
        assert self._reading is not None
        return cell_of(self._rows[row], self._columns[column], self._reading, self._accepted)

    def group_text(self, region: Region) -> tuple[str, str]:
        assert self._reading is not None
        return group_text(region, self._reading)

    def is_current(self, column: int) -> bool:
        """Whether a column is that of the open time point."""
        shown = self._columns[column]
        return shown.kind is ColumnKind.VISIT and self._reading is not None and shown.visit_id == self._reading.visit_id

    @property
    def current_column(self) -> int | None:
        return next((i for i in range(len(self._columns)) if self.is_current(i)), None)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self._rows[index.row()].kind is not RowKind.LESION:
            return Qt.ItemFlag.NoItemFlags
        editable = self.is_current(index.column()) and self._reading is not None and not self._reading.signed
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if editable else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        cell = self.cell(index.row(), index.column())
        if role == CELL_ROLE:
            return cell
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return f"{cell.prefix} {cell.text}".strip() if row.kind is not RowKind.GROUP else self._spoken(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.explanation or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._accessible(row, index.column(), cell)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or self._reading is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return "\n".join(head_of(self._columns[section], self._reading))
        if role == Qt.ItemDataRole.ToolTipRole and self._columns[section].visit_id is not None:
            visit = self._reading.record.visit(self._columns[section].visit_id or "")
            return None if visit is None else visit.on.isoformat()
        return None

    def _crops_row(self) -> tuple[int, Row]:
        place = self.row_of(self._selected)
        assert place is not None
        lesion_row = self._rows[place]
        return place + 1, Row(RowKind.CROPS, lesion_row.region, lesion_row.lesion)

    def _spoken(self, row: Row) -> str:
        named, how = self.group_text(row.region)
        return f"{named} · {how}"

    def _accessible(self, row: Row, column: int, cell: Cell) -> str:
        """A cell as a screen reader says it: lesion, column, value, and what its marks mean."""
        if row.kind is RowKind.GROUP:
            return self._spoken(row)
        assert self._reading is not None
        named = row.lesion.id if row.lesion is not None else self._sum_name(row)
        head = " ".join(part for part in head_of(self._columns[column], self._reading) if part)
        marks = [cell.explanation, "*" if cell.provisional else ""]
        return ", ".join(part for part in (named, head, f"{cell.prefix} {cell.text}".strip(), *marks) if part)

    def _sum_name(self, row: Row) -> str:
        named, _ = self.group_text(row.region)
        return f"{translated('Sum')} {named.lower()}"
