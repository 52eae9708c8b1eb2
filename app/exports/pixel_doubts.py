"""Where the pixels of an image may name or show its patient, by its header: the pixels themselves are not looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_CAPTURES = frozenset(("US", "OT", "SC", "XC", "ES", "GM", "DOC", "SM", "OP"))
_HEADS = frozenset(("HEAD", "BRAIN", "SKULL", "FACE", "HEADNECK", "ORBIT", "NECK"))


def burned_in(header: Dataset) -> tuple[str, ...]:
    """Why the pixels of an image may name or show its patient."""
    return (*text_in_pixels(header), *_faces(header))


def text_in_pixels(header: Dataset) -> tuple[str, ...]:
    """Why text may stand in the pixels of an image."""
    found = []
    said = str(header.get("BurnedInAnnotation", "") or "").strip().upper()
    kind = {str(part).strip().upper() for part in _listed(header.get("ImageType"))}
    modality = str(header.get("Modality", "") or "").strip().upper()
    sop_class = str(header.get("SOPClassUID", ""))
    if said == "YES":
        found.append("the header says that text is burned in (BurnedInAnnotation)")
    elif said != "NO":
        if sop_class.startswith("1.2.840.10008.5.1.4.1.1.7") or header.get("ConversionType"):
            found.append("a secondary capture: text may be burned in")
        elif modality in _CAPTURES or sop_class.startswith("1.2.840.10008.5.1.4.1.1.6"):
            found.append(f"modality {modality or 'unknown'}: text may be burned in")
    if any("SCREEN" in part for part in kind):
        found.append("a picture of a screen: text may be burned in")
    if int(header.get("BitsStored", 0) or 0) < int(header.get("BitsAllocated", 0) or 0) and any(
        element.tag.group & 0xFF00 == 0x6000 and element.tag.element == 0x0102 and element.value for element in header
    ):
        found.append("an overlay lies in the spare bits of the pixels")
    return tuple(found)


def _faces(header: Dataset) -> tuple[str, ...]:
    shown = str(header.get("RecognizableVisualFeatures", "") or "").upper() == "YES"
    if shown or str(header.get("BodyPartExamined", "") or "").strip().upper() in _HEADS:
        return ("images of the head: a face can be made from them",)
    return ()


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) or hasattr(value, "append") else [value]
