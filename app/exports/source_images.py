"""The headers of the images that measurements lie on, read from where the catalogue says the files are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from viewers.imaging.archives import ArchiveError
from viewers.imaging.catalogue import Series
from viewers.imaging.geometry import SlicePlane, directions_of
from viewers.imaging.sources import opened
from viewers.imaging.tags import MALFORMED

if TYPE_CHECKING:
    from pydicom.dataset import Dataset, FileDataset

_TYPE_2 = (
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "AccessionNumber",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
)
"""Attributes that every image has, perhaps empty; files that lack one get it empty."""


class ImageMissing(Exception):
    """An image cannot be read; the message says which series, and why."""


@dataclass(frozen=True, slots=True)
class SourceImage:
    """The header of one image file, without its pixels, in UTF-8."""

    header: Dataset

    @property
    def sop_uid(self) -> str:
        return str(self.header.SOPInstanceUID)

    def plane(self, frame: int) -> SlicePlane | None:
        """Where the pixels of a frame, counted from 1, are by the header's own words; None where it does not say."""
        return plane_of(self.header, frame)

    @property
    def size(self) -> tuple[int, int]:
        """(columns, rows)."""
        return int(self.header.Columns), int(self.header.Rows)


class SourceImages:
    """The headers of one case after another; each file is read once a case.

    Parameters
    ----------
    find
        What is known of a series by the uid that the record names it by.
    clean
        Makes of a header that of the image as it leaves; headers stay as they are without it.
    """

    def __init__(
        self, find: Callable[[str], Series | None], clean: Callable[[FileDataset], FileDataset] | None = None
    ) -> None:
        self._find, self._clean = find, clean
        self._read: dict[str, SourceImage] = {}

    def forget(self) -> None:
        """Let go of the headers of a case that is done."""
        self._read.clear()

    def series(self, series_uid: str) -> Series:
        """What the catalogue knows of a series.

        Raises
        ------
        ImageMissing
            If it does not know it.
        """
        series = self._find(series_uid)
        if series is None or not series.slices:
            raise ImageMissing(f"series {series_uid} is not in the catalogue: import its folder again")
        return series

    def image(self, series_uid: str, sop_uid: str) -> SourceImage:
        """One image of a series.

        Raises
        ------
        ImageMissing
            If it is not known, or its file is gone or says something else now.
        """
        if sop_uid in self._read:
            return self._read[sop_uid]
        series = self.series(series_uid)
        path = next((record.path for record in series.slices if record.sop_uid == sop_uid), None)
        if path is None:
            raise ImageMissing(f"series {series_uid} has no image {sop_uid} (any more): import its folder again")
        header = read_header(path, f"an image of series {series_uid}", sop_uid, self._clean)
        self._read[sop_uid] = SourceImage(header)
        return self._read[sop_uid]

    def first_of(self, series_uids: Iterator[str]) -> SourceImage:
        """The first image of the first of these series that can be read.

        Raises
        ------
        ImageMissing
            If none can.
        """
        why = "there is no series"
        for uid in series_uids:
            try:
                return self.image(uid, self.series(uid).slices[0].sop_uid)
            except ImageMissing as missing:
                why = str(missing)
        raise ImageMissing(why)


def read_header(
    path: str, named: str, sop_uid: str = "", clean: Callable[[FileDataset], FileDataset] | None = None
) -> FileDataset:
    """A header without pixels, its text decoded and set to UTF-8.

    Parameters
    ----------
    sop_uid
        The image that it has to be, if one is named.
    clean
        What is made of it before the text is set to UTF-8, by which names in other character sets would be lost.

    Raises
    ------
    ImageMissing
        If the file is gone, is no DICOM file or another image; the message calls it by `named`, since paths may tell of
        a patient.
    """
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        with opened(path) as stream:
            header = pydicom.dcmread(stream, stop_before_pixels=True)
        header.decode()
        if sop_uid and header.get("SOPInstanceUID") != sop_uid:
            raise ImageMissing(f"{named} is another one now: import its folder again")
        for keyword in _TYPE_2:
            if keyword not in header:
                setattr(header, keyword, "")
        _drop_halves(header)
        header = header if clean is None else clean(header)
        header.SpecificCharacterSet = "ISO_IR 192"
        for keyword in ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
            if not header.get(keyword):
                raise ImageMissing(f"{named}: {keyword} is missing")
    except OSError as error:
        raise ImageMissing(f"{named} cannot be read ({error.strerror or 'the file is gone'})") from error
    except (InvalidDicomError, ArchiveError, *MALFORMED) as error:
        raise ImageMissing(f"{named} cannot be read: it is damaged, or no DICOM file") from error
    return header


def _drop_halves(header: Dataset) -> None:
    """Without what would be copied into every report and breaks the standard there.

    That is what is said of a trial and of earlier de-identification, unless it is whole, and codes without a scheme.
    """
    removed, method = header.get("PatientIdentityRemoved"), header.get("DeidentificationMethod")
    for tag in [tag for tag in header.keys() if tag.group == 0x0012]:  # noqa: SIM118 - a data set iterates elements
        del header[tag]
    for element in [one for one in header if one.VR == "SQ"]:
        if any("CodeValue" in item and not item.get("CodingSchemeDesignator") for item in element.value):
            del header[element.tag]
    if removed and method:
        header.PatientIdentityRemoved, header.DeidentificationMethod = removed, method


def plane_of(header: Dataset, frame: int) -> SlicePlane | None:
    """Where the pixels of a frame are: the frame's own functional groups, those all share, or the file itself."""
    try:
        position = _numbers(_value(header, frame, "PlanePositionSequence", "ImagePositionPatient"), 3)
        orientation = _numbers(_value(header, frame, "PlaneOrientationSequence", "ImageOrientationPatient"), 6)
        spacing = _numbers(_value(header, frame, "PixelMeasuresSequence", "PixelSpacing"), 2)
    except MALFORMED:
        return None
    directions = directions_of(orientation)
    if position is None or directions is None or spacing is None or min(spacing) <= 0:
        return None
    return SlicePlane((position[0], position[1], position[2]), *directions, spacing[0], spacing[1])


def _value(header: Dataset, frame: int, macro: str, keyword: str) -> Any:
    frames = header.get("PerFrameFunctionalGroupsSequence")
    groups = [frames[frame - 1]] if frames and 1 <= frame <= len(frames) else []
    groups += list(header.get("SharedFunctionalGroupsSequence") or [])
    for group in groups:
        for item in group.get(macro) or []:
            if keyword in item:
                return item[keyword].value
    return header.get(keyword) if frame == 1 or not frames else None


def _numbers(value: Any, count: int) -> tuple[float, ...] | None:
    if value is None or isinstance(value, (str, bytes)) or len(value) != count:
        return None
    return tuple(float(part) for part in value)
