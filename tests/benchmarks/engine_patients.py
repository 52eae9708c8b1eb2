"""Made patients for the benchmark of the rules: no two alike, as in life, so that nothing is found ready in a cache.

Sizes, dates and laboratory values are drawn for every patient and time point from a seed; the same number is always
the same patient.
"""

from __future__ import annotations

from random import Random
from typing import Any

TIMEPOINTS = 20
_SEED = 20_231_126
_MOST_MM = 320.0

Written = dict[str, Any]
_OUTSIDE = (("lung", "other"), ("lung", "other"), ("adrenal", "other"), ("lymph_node", "lymph_node"))


def patient(number: int) -> Written:
    """A patient of 20 time points: 1 or 2 liver targets, 0 to 3 targets outside, non-targets, now and then new lesions.

    Visits are 6 ± 2 weeks apart. Tumours shrink at first and grow later on, each at its own rate, with the scatter of
    a reader; a few findings are absent, too small or not evaluable. Laboratory values scatter.
    """
    random = Random(_SEED + number)
    lesions = _baseline(random)
    labs = _labs(random)
    usual, other = random.choice((("CT", "MR"), ("CT", "MR"), ("MR", "CT")))
    day = 0
    timepoints: list[Written] = []
    for index in range(TIMEPOINTS):
        if index:
            day += random.randint(28, 56)
            for lesion in lesions:
                _follow(lesion, index, random)
            if random.random() < 0.03:
                lesions.append(_new(len(lesions), random))
        timepoints.append(
            {
                "timepoint": f"TP{index}" if index else "BL",
                "day": day,
                "lesions": [_written(lesion) for lesion in lesions],
                "clinical": _clinical(labs, random),
                "scans": [{"modality": other if random.random() < 0.05 else usual, "slice_thickness_mm": 2.5}],
            }
        )
    return {"id": f"P{number:05}", "timepoints": timepoints}


def _lesion(name: str, region: str, role: str, organ: str, kind: str, **more: Any) -> Written:
    return {"id": name, "region": region, "role": role, "organ": organ, "kind": kind, **more}


def _baseline(random: Random) -> list[Written]:
    """Lesions as they are followed: what is written of them, and under ``_`` names how they behave."""
    found = [_target(f"IT{n + 1}", "intra", "liver", "other", random) for n in range(random.randint(1, 2))]
    if random.random() < 0.6:
        thrombus = random.random() < 0.3
        organ, kind = ("portal_vein", "tumour_thrombus") if thrombus else ("liver", "infiltrative")
        found.append(_lesion("INT1", "intra", "nontarget", organ, kind, status="present"))
    sites = random.sample(_OUTSIDE, random.randint(0, 3))
    found += [_target(f"ET{n + 1}", "extra", organ, kind, random) for n, (organ, kind) in enumerate(sites)]
    if random.random() < 0.4:
        found.append(_lesion("ENT1", "extra", "nontarget", "bone", "bone", status="present"))
    return found


def _target(name: str, region: str, organ: str, kind: str, random: Random) -> Written:
    smallest = 16.0 if kind == "lymph_node" else 11.0
    size = max(random.lognormvariate(3.5 if region == "intra" else 3.0, 0.5), smallest)
    made = _lesion(
        name, region, "target", organ, kind, status="measured", diameter_mm=round(min(size, _MOST_MM), 1),
        _rate=random.gauss(-0.06, 0.06), _turns=random.randint(3, 14), _size=size,
    )  # fmt: skip
    if region == "intra":
        made["whole_mm"] = round(min(size * random.uniform(1.0, 1.4), _MOST_MM), 1)
        made["_whole"] = made["whole_mm"]
    return made


def _follow(lesion: Written, index: int, random: Random) -> None:
    """The lesion at the next time point."""
    if lesion["role"] != "target":
        if lesion["role"] == "nontarget":
            lesion["status"] = "not_evaluable" if random.random() < 0.02 else "present"
        elif "diameter_mm" in lesion:
            lesion["diameter_mm"] = round(min(lesion["diameter_mm"] * random.uniform(0.95, 1.2), _MOST_MM), 1)
        return
    rate = lesion["_rate"] if index < lesion["_turns"] else abs(lesion["_rate"]) + 0.02
    lesion["_size"] = min(lesion["_size"] * (1.0 + rate), _MOST_MM)
    size = round(lesion["_size"] * random.gauss(1.0, 0.04), 1)
    lesion.pop("diameter_mm", None)
    if random.random() < 0.01:
        lesion["status"] = "not_evaluable"
    elif size < 3.0:
        lesion["status"] = "absent" if random.random() < 0.5 else "too_small_to_measure"
    else:
        lesion |= {"status": "measured", "diameter_mm": min(size, _MOST_MM)}
    if "_whole" in lesion:
        lesion["whole_mm"] = round(min(max(lesion["_whole"] * random.gauss(0.97, 0.03), size), _MOST_MM), 1)


def _new(number: int, random: Random) -> Written:
    if random.random() < 0.5:
        return _lesion(
            f"IN{number}", "intra", "new", "liver", "other", status="present",
            diameter_mm=round(random.uniform(6.0, 18.0), 1), typical_vascular_pattern=random.random() < 0.6,
        )  # fmt: skip
    certainty = random.choice(("equivocal", "unequivocal"))
    return _lesion(f"EN{number}", "extra", "new", "lung", "other", status="present", certainty=certainty)


def _written(lesion: Written) -> Written:
    return {name: value for name, value in lesion.items() if not name.startswith("_")}


def _labs(random: Random) -> dict[str, float]:
    return {
        "bilirubin_mg_dl": random.uniform(0.4, 1.6), "albumin_g_dl": random.uniform(3.2, 4.6),
        "inr": random.uniform(0.95, 1.3), "ast_x_uln": random.uniform(0.6, 3.0), "alt_x_uln": random.uniform(0.5, 3.0),
        "hb_g_dl": random.uniform(9.5, 15.0), "creatinine_x_uln": random.uniform(0.6, 1.1),
    }  # fmt: skip


def _clinical(labs: dict[str, float], random: Random) -> Written:
    return {
        "ecog": random.choice((0, 0, 0, 1)),
        **{name: round(value * random.uniform(0.9, 1.1), 2) for name, value in labs.items()},
        "ascites": "slight" if random.random() < 0.02 else "none",
        "encephalopathy": 0,
        "anc_per_ul": random.randint(1600, 6000),
        "platelets_per_ul": random.randint(60, 250) * 1000,
        "main_pv_occlusion": False,
        "afp_ng_ml": round(random.lognormvariate(5.0, 1.5), 1),
        "tace_benefit": random.choice(("yes", "yes", "yes", "undetermined")),
        "tace_planned": random.random() < 0.9,
        "sorafenib_tolerable": True,
    }
