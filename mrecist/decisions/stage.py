"""BCLC stage, as far as it follows from what is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mrecist.case import ClinicalStatus
from mrecist.decisions.advisory_words import MISSING
from mrecist.decisions.lookback import Lookback, child_pugh_bounds
from mrecist.liver import CHILD_PUGH_ITEMS
from mrecist.values import Region

_CHILD_PUGH_C = 10


@dataclass(frozen=True, slots=True)
class Stage:
    """BCLC C or D with its reasons; None where it does not follow: then what is missing, and whether C is possible."""

    letter: str | None
    because: Sequence[str] = ()
    missing: Sequence[str] = ()
    may_be_c: bool = False


def bclc(look: Lookback, index: int) -> Stage:
    """The BCLC stage at a time point.

    Ordered decision table; the first row that holds decides. ECOG and Child-Pugh are the last recorded ones;
    one that is not recorded makes no stage D.

    ======= =========================================================
    BCLC-D  ECOG 3-4, or Child-Pugh C
    BCLC-C  extrahepatic disease, vascular invasion, or ECOG 1-2
    None    otherwise: A and B are not told apart by what is recorded
    ======= =========================================================
    """
    recorded = look.last_recorded(index, lambda c: c.ecog)
    ecog = None if recorded is None else recorded[0]
    scored = look.last_recorded(index, _any_child_pugh)
    least, most = child_pugh_bounds(ClinicalStatus() if scored is None else scored[0])
    end_stage = [f"ECOG {ecog}"] * (ecog is not None and ecog >= 3) + ["Child-Pugh C"] * (least >= _CHILD_PUGH_C)
    if end_stage:
        return Stage("D", end_stage)
    advanced = ["extrahepatic disease"] * look.has_spread(index)
    advanced += ["vascular invasion"] * look.has_vascular_invasion(index)
    advanced += [f"ECOG {ecog}"] * (ecog in (1, 2))
    if advanced:
        return Stage("C", advanced)
    missing = [MISSING["ecog"]] * (ecog is None) + [MISSING["child_pugh"]] * (most >= _CHILD_PUGH_C)
    return Stage(None, (), (*missing, MISSING["stage_a_or_b"]), ecog is None or _may_have_spread(look, index))


def _any_child_pugh(clinical: ClinicalStatus) -> ClinicalStatus | None:
    return clinical if any(getattr(clinical, x) is not None for x in CHILD_PUGH_ITEMS) else None


def _may_have_spread(look: Lookback, index: int) -> bool:
    """Is anything listed outside the liver, or in a vessel, that is not known to be tumour?"""
    listed = {x.id for x in look.read.lesions if x.region is Region.EXTRAHEPATIC} | look.vascular
    return any(look.read.observation(look.name(index), x) is not None for x in listed)
