"""SUPPTR: what the assistant proposed of a diameter that TR tells as the reader recorded it."""

from __future__ import annotations

from app.exports.sdtm.lesions import ReadLesions, counted_test
from app.exports.sdtm.metadata import Record
from mrecist.lesions import Measured, Present


def proposed(read: ReadLesions, record: Record) -> dict[str, str]:
    """The qualifiers of a record of TR by QNAM; none where it is no diameter that was made from a proposal.

    The assistant measures viable tumour: the length of a whole lesion is not its proposal.
    """
    link = str(record.get("TRLNKID") or "")
    lesion = read.one.read.lesion(link.removeprefix(f"{read.evaluator.prefix}-"))
    if lesion is None or record["TRTESTCD"] != counted_test(lesion, whole=False):
        return {}
    visit_id = str(record["VISIT"])
    kept = read.one.record.assistance(read.one.read.id, visit_id, lesion.id)
    seen = read.one.read.observation(visit_id, lesion.id)
    if kept is None or seen is None or not isinstance(seen.finding, Measured | Present):
        return {}
    return {"TRPROPF": str(kept.automatic), "TRPROPL": str(kept.proposed), "TRPROPA": kept.method}
