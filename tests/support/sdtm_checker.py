"""Responses worked out from TU and TR alone: written from SDTM and the published definitions, without the engine.

mRECIST (Lencioni & Llovet 2010) with RECIST 1.1 (Eisenhauer 2009) outside the liver: PR from the baseline sum, PD from
the smallest earlier sum (5 mm at least outside the liver, and pooled where the liver's targets have not progressed), a
node below 10 mm is normal, a partial sum may prove PD and is never a nadir, disease seen again after CR is PD.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

Rec = Mapping[str, str]
Key = tuple[str, str, str, str]
"""Evaluator, visit, region, test."""

_OVERALL_TABLE = {
    ("CR", "CR"): "CR",
    ("CR", "-"): "CR",
    ("CR", "NN"): "PR",
    ("CR", "NE"): "PR",
    **{("PR", n): "PR" for n in ("CR", "NN", "NE", "-")},
    **{("SD", n): "SD" for n in ("CR", "NN", "NE", "-")},
    **{("NE", n): "NE" for n in ("CR", "NN", "NE", "-")},
    ("-", "CR"): "CR",
    ("-", "NN"): "NN",
    ("-", "NE"): "NE",
    ("-", "-"): "ND",
}
_COLUMNS = ("CR", "PR", "SD", "NN", "PD", "NE", "ND")
_COMPOSITE = {
    "CR": ("CR", "PR", "SD", "PR", "PD", "NE", "CR"),
    "PR": ("PR", "PR", "SD", "PR", "PD", "NE", "PR"),
    "SD": ("SD", "SD", "SD", "SD", "PD", "NE", "SD"),
    "NN": ("PR", "PR", "SD", "NN", "PD", "NE", "NN"),
    "PD": ("PD", "PD", "PD", "PD", "PD", "PD", "PD"),
    "NE": ("NE", "NE", "NE", "NE", "PD", "NE", "NE"),
    "ND": ("CR", "PR", "SD", "NN", "PD", "NE", "ND"),
}
_SDTM = {"NN": "NON-CR/NON-PD", "ND": "NED"}


@dataclass
class _Lesion:
    role: str
    region: str
    node: bool
    at: dict[int, list[Rec]] = field(default_factory=dict)
    parent: _Lesion | None = None
    """The lesion that this one is a fragment of."""

    @property
    def test(self) -> str:
        tests = {r["TRTESTCD"] for records in self.at.values() for r in records}
        return next((t for t in ("VDIAM", "LPERP", "LDIAM") if t in tests), "")

    def state(self, visit: int) -> str:
        for record in self.at.get(visit, ()):
            if record["TRTESTCD"] in ("TUMSTATE", "LNSTATE"):
                return "NE" if record["TRSTAT"] else record["TRSTRESC"]
        return ""

    def mm(self, visit: int) -> Fraction | None:
        if self.parent is not None and self.parent.state(visit) != "TUMOR SPLIT":
            return Fraction(0)
        if self.state(visit) == "TUMOR MERGED":
            return Fraction(0)
        if self.state(visit) == "TUMOR SPLIT":
            missing = any(r["TRSTAT"] for r in self.at[visit] if r["TRTESTCD"] == self.test)
            return None if missing else Fraction(0)
        for record in self.at.get(visit, ()):
            if record["TRTESTCD"] == self.test and not record["TRSTAT"]:
                return Fraction(record["TRSTRESC"])
        return None

    def nontarget(self, visit: int) -> str:
        state = self.state(visit)
        if self.role == "TARGET":
            return "PD" if state == "UNEQUIVOCAL PROGRESSION" else ""
        return {"ABSENT": "CR", "NON-PATHOLOGICAL": "CR", "UNEQUIVOCAL PROGRESSION": "PD", "NE": "NE", "": "NE"}.get(
            state, "NN"
        )


def derived(tu: Iterable[Rec], tr: Sequence[Rec]) -> dict[Key, str]:
    """TRGRESP, NTRGRESP, NEWLPROG and OVRLRESP of every evaluator, visit and region of one subject."""
    found: dict[Key, str] = {}
    identified = list(tu)
    for evaluator in dict.fromkeys(r["TREVALID"] for r in tr):
        mine = [r for r in tr if r["TREVALID"] == evaluator]
        lesions = {
            r["TULNKID"]: _Lesion(r["TUSTRESC"], r["TUSCAT"], "LYMPH NODE" in r["TULOC"])
            for r in identified
            if r["TUEVALID"] == evaluator
        }
        for record in identified:
            if record["TUEVALID"] == evaluator and record["TUTESTCD"] == "TUSPLIT":
                link = record["TULNKID"]
                lesions[link].parent = lesions[link.rpartition(".")[0]]
        missed: dict[tuple[int, str], bool] = {}
        for record in mine:
            visit = int(record["VISITNUM"])
            if record["TRTESTCD"] == "TRALL":
                missed[visit, record["TRSCAT"]] = missed[visit, "OVERALL"] = True
            elif record["TRLNKID"]:
                lesions[record["TRLNKID"]].at.setdefault(visit, []).append(record)
        names = {int(r["VISITNUM"]): r["VISIT"] for r in mine}
        found |= _evaluator(evaluator, list(lesions.values()), names, missed)
    return found


def _evaluator(
    evaluator: str, lesions: list[_Lesion], names: dict[int, str], missed: dict[tuple[int, str], bool]
) -> dict[Key, str]:
    visits = sorted({1, *names})  # the baseline has no record where there was no disease
    found: dict[Key, str] = {}
    liver_progressed: dict[int, bool] = {}
    responses: dict[tuple[int, str], str] = {}
    for region in ("INTRAHEPATIC", "EXTRAHEPATIC", "OVERALL"):
        here = [x for x in lesions if region in (x.region, "OVERALL")]
        floor = {v: Fraction(0 if region == "INTRAHEPATIC" or liver_progressed.get(v) else 5) for v in visits}
        if region == "EXTRAHEPATIC":
            floor = dict.fromkeys(visits, Fraction(5))
        for visit, (t, n, new, response) in _region(here, visits, floor, region, missed).items():
            if region == "INTRAHEPATIC":
                liver_progressed[visit] = t == "PD"
            responses[visit, region] = response
            place = (evaluator, names[visit], region)
            if t != "-":
                found[*place, "TRGRESP"] = _SDTM.get(t, t)
            if n != "-":
                found[*place, "NTRGRESP"] = _SDTM.get(n, n)
            found[*place, "NEWLPROG"] = "Y" if new else "N"
            found[*place, "OVRLRESP"] = _SDTM.get(response, response)
    for visit in visits[1:]:
        inside, outside = responses[visit, "INTRAHEPATIC"], responses[visit, "EXTRAHEPATIC"]
        both = _COMPOSITE[inside][_COLUMNS.index(outside)]
        found[evaluator, names[visit], "COMPOSITE", "OVRLRESP"] = _SDTM.get(both, both)
    return found


def _region(
    lesions: list[_Lesion],
    visits: list[int],
    floor: dict[int, Fraction],
    region: str,
    missed: dict[tuple[int, str], bool],
) -> dict[int, tuple[str, str, bool, str]]:
    targets = [x for x in lesions if x.role == "TARGET"]
    found: dict[int, tuple[str, str, bool, str]] = {}
    baseline: Fraction | None = None
    nadir: Fraction | None = None
    was_complete, proved = False, set[int]()
    for visit in visits:
        lengths = _lengths(targets, visit)
        known = [x for x in lengths if x is not None]
        total = sum(known, Fraction(0)) if known else None
        complete = len(known) == len(targets)
        if visit != visits[0]:
            target = _target(targets, lengths, total, complete, baseline, nadir, floor[visit])
            states = [n for x in lesions if x.role != "NEW" and (n := x.nontarget(visit))]
            other = next((n for n in ("PD", "NE", "NN", "CR") if n in states), "-")
            new = any(x.role == "NEW" and x.state(visit) == "UNEQUIVOCAL" for x in lesions)
            response = "PD" if "PD" in (target, other) or new else _OVERALL_TABLE[target, other]
            if was_complete and _again(lesions, lengths, targets, visit, proved):
                response = "PD"
            if missed.get((visit, region)):
                response = {"CR": "NN" if target == "-" else "PR", "ND": "NE"}.get(response, response)
            if response == "CR":
                was_complete, proved = True, set()
            found[visit] = (target, other, new, response)
        elif complete:
            baseline = total
        if complete and total is not None and (nadir is None or total < nadir):
            nadir = total
    return found


def _lengths(targets: list[_Lesion], visit: int) -> list[Fraction | None]:
    """What each target counts; where all of a region have merged, nothing holds the length of the whole."""
    lengths = [x.mm(visit) for x in targets]
    for region in {x.region for x in targets}:
        there = [i for i, x in enumerate(targets) if x.region == region]
        if all(targets[i].state(visit) == "TUMOR MERGED" for i in there):
            for i in there:
                lengths[i] = None
    return lengths


def _target(
    targets: list[_Lesion],
    lengths: list[Fraction | None],
    total: Fraction | None,
    complete: bool,
    baseline: Fraction | None,
    nadir: Fraction | None,
    floor: Fraction,
) -> str:
    if not targets:
        return "-"
    gone = all(mm == 0 or (x.node and mm is not None and mm < 10) for x, mm in zip(targets, lengths, strict=True))
    if complete and gone and baseline is not None:
        return "CR"
    grown = total is not None and nadir is not None and total > nadir
    if grown and 5 * total >= 6 * nadir and total - nadir >= floor:
        return "PD"
    if not complete or total is None or baseline is None:
        return "NE"
    return "PR" if 10 * total <= 7 * baseline else "SD"


def _again(
    lesions: list[_Lesion], lengths: list[Fraction | None], targets: list[_Lesion], visit: int, proved: set[int]
) -> bool:
    """Is disease seen again? A node that is no target, or an effusion without cytology, once it was unequivocal."""
    for lesion, mm in zip(targets, lengths, strict=True):
        if mm and (not lesion.node or mm >= 10):
            return True
    again = False
    for number, lesion in enumerate(lesions):
        if lesion.role == "NEW":
            continue
        judged, state = lesion.nontarget(visit), lesion.state(visit)
        if judged == "PD":
            proved.add(number)
        if judged == "NN" and not lesion.node and state != "EQUIVOCAL":
            again = True
        if number in proved and judged in ("NN", "PD"):
            again = True
    return again
