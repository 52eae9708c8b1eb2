"""Images that leave without their patient: the basic profile of DICOM PS3.15 with two of its options.

Dates keep their distance (one shift for a case, option 113107), descriptions keep their medical words (option 113105),
UIDs are replaced alike wherever they stand. What is not known to be harmless is taken out: private attributes, texts
that no list names, overlays, codes that no dictionary has. At the end the header is searched for everything by which it
named the patient; an image that still holds any of it is refused.

Pixels are not looked at: text may be burned in, and `app.exports.pixel_doubts` says where that is likely.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, cast

from app.exports.confidentiality import Rules, load_rules
from viewers.imaging.tags import MALFORMED

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset, FileDataset

_LONGEST_SHIFT_DAYS = 3650
_STANDARD_UIDS = "1.2.840.10008."
_TEXTS = frozenset(("AE", "AS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"))
_BYTES = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "UN"))
_NUMBERS = re.compile(r"\s*[-+0-9.eE]*\s*")
_CODED = re.compile(r"[A-Z0-9 _]{0,16}")
_LEAST_IDENTIFIER = 1000
_ADDRESSES = frozenset(("PatientAddress", "InstitutionAddress", "CurrentPatientLocation"))
_UID_IN_TEXT = re.compile(r"\d+(\.\d+){4,}")
_BETWEEN = r"[\s^=,;/\\]+"
_ENCODINGS = ("utf-8", "latin-1", "euc_kr", "gb18030", "shift_jis", "iso2022_kr", "iso2022_jp")


class StillIdentified(Exception):
    """An image would still name its patient; the message says which attribute it came from, not what it holds."""


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """How one case leaves: its name, its shift and its UIDs, the same in every export made with the same key.

    Parameters
    ----------
    key
        At least 16 secret bytes. Without them nobody can tell which UID became which, or undo the shift.
    case_id
        The case; another case has another name and another shift.
    """

    key: bytes = field(repr=False)
    case_id: str = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < 16:
            raise ValueError("a key for pseudonyms has at least 16 bytes")

    @property
    def name(self) -> str:
        """What the patient is called."""
        return f"HEP-{self._digest('name').hex()[:10].upper()}"

    @property
    def shift(self) -> timedelta:
        """How far dates are moved: 1 to 3650 days back."""
        return -timedelta(days=1 + int.from_bytes(self._digest("shift")[:8], "big") % _LONGEST_SHIFT_DAYS)

    def uid(self, uid: str) -> str:
        """What a UID becomes; those of the standard itself stay."""
        if not uid or uid.startswith(_STANDARD_UIDS):
            return uid
        return f"2.25.{int.from_bytes(self._digest('uid', uid)[:16], 'big')}"

    def moved(self, text: str) -> str:
        """A DA or DT value moved by the shift; empty where its day is not known."""
        match = re.fullmatch(r"(\d{4})[.-]?(\d\d)[.-]?(\d\d)(.*)", text.strip())
        if match is None:
            return ""
        try:
            on = date(int(match[1]), int(match[2]), int(match[3])) + self.shift
        except (ValueError, OverflowError):
            return ""
        return f"{on:%Y%m%d}".rjust(8, "0") + (match[4] if re.fullmatch(r"[\d.+-]*", match[4]) else "")

    def _digest(self, *what: str) -> bytes:
        return hmac.new(self.key, "\0".join((self.case_id, *what)).encode(), hashlib.sha256).digest()


def deidentified(dataset: FileDataset, pseudonym: Pseudonym, rules: Rules | None = None) -> FileDataset:
    """The image without its patient. The data set is changed, and answered.

    Raises
    ------
    StillIdentified
        If the header would still hold something by which it named the patient.
    """
    rules = rules or load_rules()
    dataset.decode()
    named = Named.of(dataset, rules)
    _Cleaner(pseudonym, rules, named).clean(dataset)
    dataset.PatientName = dataset.PatientID = dataset.PatientBirthDate = dataset.PatientSex = ""
    dataset.PatientIdentityRemoved = "YES"
    dataset.LongitudinalTemporalInformationModified = "MODIFIED"
    dataset.DeidentificationMethod = "DICOM PS3.15 basic profile, by Hepatrace"
    dataset.DeidentificationMethodCodeSequence = list(_options())
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.preamble = b"\0" * 128
    _new_meta(dataset)
    still = named.in_header(dataset)
    if still:
        raise StillIdentified(f"the header would still hold what {still} says: it was not written")
    dataset.PatientName = dataset.PatientID = pseudonym.name  # last, since it may hold a short identifier by chance
    return dataset


class _Cleaner:
    """Applies the rules to a data set and all its sequences."""

    def __init__(self, pseudonym: Pseudonym, rules: Rules, named: Named) -> None:
        self._pseudonym, self._rules, self._named = pseudonym, rules, named

    def clean(self, dataset: Dataset) -> None:
        for tag in list(dataset.keys()):
            if tag.is_private or tag.group & 0xFF00 in (0x5000, 0x6000) or tag.element == 0:
                del dataset[tag]
                continue
            try:
                element = dataset[tag]
                if not self._keep(element):
                    del dataset[tag]
            except MALFORMED:
                del dataset[tag]

    def _keep(self, element: DataElement) -> bool:
        """Clean one element; false where it has to go."""
        keyword, vr, action = element.keyword, element.VR, self._rules.action(int(element.tag))
        if not keyword:  # of no attribute of the dictionary: what it holds nobody knows
            return False
        if vr == "UI":
            element.value = _each(element.value, lambda uid: self._pseudonym.uid(str(uid)))
            return action != "X"
        if vr in ("DA", "DT"):
            moved = _each(element.value, lambda text: self._pseudonym.moved(str(text)))
            element.value = moved if keyword in self._rules.shifted_dates else ""
            return keyword in self._rules.shifted_dates or "Z" in action
        if vr == "TM":
            return keyword in self._rules.kept_times
        if keyword in self._rules.descriptors:
            element.value = _each(element.value, lambda text: self._named.without(self._rules.cleaned(str(text))))
            return True
        if action and "U" not in action:
            if "Z" in action and vr != "SQ":
                element.value = None
                return True
            return False
        if vr == "SQ":
            return self._keep_items(element)
        if vr in _TEXTS:
            return keyword in self._rules.kept_texts and self._keep_technical(element)
        if vr == "CS":
            return all(
                _CODED.fullmatch(str(part)) and not self._named.is_in(str(part), coded=True)
                for part in _listed(element.value)
            )
        if vr in ("IS", "DS"):
            parts = [str(part) for part in _listed(element.value)]
            return all(_NUMBERS.fullmatch(part) and not self._named.is_number(part) for part in parts)
        return vr not in _BYTES or keyword in self._rules.kept_bytes

    def _keep_items(self, element: DataElement) -> bool:
        for item in element.value:
            if "CodeMeaning" in item or "CodingSchemeDesignator" in item:
                if not _known_code(item):
                    return False
            else:
                self.clean(item)
        return True

    def _keep_technical(self, element: DataElement) -> bool:
        """Clean a technical text; false where nothing of it stays."""
        if element.keyword == "SpecificCharacterSet":  # what is written has its own
            return True
        parts = [str(part) for part in _listed(element.value)]
        if any(_UID_IN_TEXT.search(part) for part in parts):
            return False
        cleaned = [self._named.without(self._rules.technical(part)) for part in parts]
        if cleaned != [" ".join(part.split()) for part in parts]:
            element.value = _each(cleaned, str)
        return any(cleaned)


@dataclass(frozen=True, slots=True)
class Named:
    """By what a header names its patient, its people and its place.

    Parameters
    ----------
    words
        Each with the attribute it is from.
    house_numbers
        Numbers of an address that are too short to be looked for anywhere but as words of a text.
    """

    words: dict[str, str]
    house_numbers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, dataset: Dataset, rules: Rules) -> Named:
        found: dict[str, str] = {}
        houses: set[str] = set()
        for element in all_elements(dataset):
            if element.keyword in _ADDRESSES:
                houses.update(number for part in _listed(element.value) for number in re.findall(r"\d+", str(part)))
            if element.VR == "PN" or element.keyword in rules.naming:
                for part in _listed(element.value):
                    text = str(part)
                    for word in (text, *re.split(_BETWEEN, text)):
                        shortest = 2 if element.VR == "PN" or not word.isascii() else 4
                        if len(word.strip()) >= shortest and word.casefold() not in rules.words:
                            found.setdefault(word.strip(), element.keyword)
            elif element.VR == "UI":
                for part in _listed(element.value):
                    if part and not str(part).startswith(_STANDARD_UIDS):
                        found.setdefault(str(part), element.keyword)
        return cls(found, frozenset(houses))

    @classmethod
    def of_people(cls, people: Iterable[str], identifiers: Iterable[str], rules: Rules) -> Named:
        """By names of persons and identifiers that stand in no header."""
        found: dict[str, str] = {}
        for shortest, texts in ((2, people), (4, identifiers)):
            for text in texts:
                for word in (text, *re.split(_BETWEEN, text)):
                    if len(word.strip()) >= shortest and word.casefold() not in rules.words:
                        found.setdefault(word.strip(), "the record")
        return cls(found)

    def stands_in(self, vr: str, text: str) -> bool:
        """Whether a value of this VR is, or a text holds, one of the words."""
        return self.is_in(text) if vr in _TEXTS else vr == "UI" and text in self.words

    def is_in(self, text: str, *, coded: bool = False) -> bool:
        """Whether a text holds one of the words, two or three letters only as a word of their own.

        With `coded` two letters that are the whole text are a code of the standard, such as the sequence ``SE``.
        """
        folded = text.casefold().strip()
        words = set(re.split(r"[\W_]+", folded))
        if coded and len(folded) == 2:
            words.discard(folded)
        return any(word.casefold() in (words if len(word) < 4 and word.isascii() else folded) for word in self.words)

    def is_number(self, text: str) -> bool:
        """Whether a number is one of the identifiers, however many zeros it begins with, or ends with as a decimal.

        Identifiers below 1000 are left alone: images, series and millimetres have the same numbers by chance.
        """
        try:
            number = Decimal(text.strip())
        except InvalidOperation:
            return False
        return number >= _LEAST_IDENTIFIER and any(x.isascii() and x.isdigit() and int(x) == number for x in self.words)

    def without(self, text: str) -> str:
        """The text without the words of its that hold one, or are a house number."""
        return " ".join(word for word in text.split() if word not in self.house_numbers and not self.is_in(word))

    def in_header(self, dataset: FileDataset) -> str:
        """The attribute whose words are still in the header; empty where none are.

        Numbers are looked for in texts only: among the digits of a position every short number is found by chance.
        """
        import pydicom

        texts = [str(part) for one in all_elements(dataset) if one.VR in _TEXTS for part in _listed(one.value)]
        header = pydicom.Dataset()
        header.update({tag: dataset.get_item(tag) for tag in list(dataset.keys()) if tag not in _PIXELS})
        buffer = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # text that its character set cannot hold is looked for as text
            pydicom.dcmwrite(buffer, header, implicit_vr=False, little_endian=True)
        content = buffer.getvalue()
        folded = content.upper()
        for word, keyword in self.words.items():
            if (len(word) > 3 or not word.isascii()) and any(word.casefold() in text.casefold() for text in texts):
                return keyword
            if word.isdigit():
                continue
            if word.isascii():
                if len(word) > 3 and word.encode().upper() in folded:
                    return keyword
            elif any(part in content for part in _encoded(word)):
                return keyword
        return ""


def _encoded(word: str) -> Iterator[bytes]:
    for encoding in _ENCODINGS:
        with suppress(UnicodeEncodeError):
            yield word.encode(encoding)


_PIXELS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))


def all_elements(dataset: Dataset) -> Iterator[DataElement]:
    """Every element at every depth that can be read."""
    for tag in list(dataset.keys()):
        try:
            element = dataset[tag]
            items = list(element.value) if element.VR == "SQ" else []
        except MALFORMED:
            continue
        yield element
        for item in items:
            yield from all_elements(item)


def _known_code(item: Dataset) -> bool:
    """Give a coded item the meaning that the dictionary has for it; false where it is not in it."""
    from pydicom.sr._concepts_dict import concepts

    value, scheme = str(item.get("CodeValue", "")), str(item.get("CodingSchemeDesignator", ""))
    terms = cast("Mapping[str, Mapping[str, tuple[str, Any]]]", concepts.get(scheme, {}))
    found = next((codes[value][0] for codes in terms.values() if value in codes), None)
    if found is None:
        return False
    for tag in list(item.keys()):
        if item[tag].keyword not in ("CodeValue", "CodingSchemeDesignator", "CodeMeaning"):
            del item[tag]
    item.CodeMeaning = found[:64]
    return True


def _options() -> Iterator[Dataset]:
    from pydicom.dataset import Dataset

    for value, meaning in (
        ("113100", "Basic Application Confidentiality Profile"),
        ("113105", "Clean Descriptors Option"),
        ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    ):
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
        yield item


def _new_meta(dataset: FileDataset) -> None:
    """File meta information that says nothing of where the file came from."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import PYDICOM_IMPLEMENTATION_UID

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    dataset.file_meta = meta


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) or hasattr(value, "append") else [value]


def _each(value: Any, change: Any) -> Any:
    changed = [change(part) for part in _listed(value)]
    return changed[0] if len(changed) == 1 else changed or None
