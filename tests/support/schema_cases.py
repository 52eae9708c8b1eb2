"""Any case that the response-case schema admits, as Hypothesis draws it: every key, every status."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from mrecist.case import RULES_OF_LESION, RULES_OF_TIMEPOINT

_ANY_FLAG = st.sampled_from((None, True, False))
_LENGTH = st.one_of(st.none(), st.just(0), st.integers(1, 1500).map(lambda t: t / 10), st.just(500))
_SITES = (
    ("intra", "liver", "other"),
    ("intra", "liver", "infiltrative"),
    ("intra", "portal_vein", "tumour_thrombus"),
    ("intra", "hepatic_vein", "tumour_thrombus"),
    ("intra", "bile_duct", "other"),
    ("extra", "lung", "other"),
    ("extra", "lymph_node", "lymph_node"),
    ("extra", "lymph_node_periportal", "lymph_node"),
    ("extra", "bone", "bone"),
    ("extra", "peritoneum", "effusion"),
    ("extra", "pleura", "effusion"),
    ("extra", "adrenal", "other"),
    ("extra", "other", "other"),
)
_WITHOUT_LENGTH = ("absent", "nonviable", "not_evaluable", "merged")
_LATER = ("measured", "present", "too_small_to_measure", "unequivocal_pd", *_WITHOUT_LENGTH)
_SEEN = ("measured", "present", "too_small_to_measure", "not_evaluable", "unequivocal_pd")
_EXAMINATIONS = ("liver_dynamic", "chest", "abdomen_pelvis", "bone_scan", "brain")
_TREATMENTS = ("TACE", "sorafenib", "HAIC", "radiotherapy", "ablation", "resection", "metastasectomy", "other")


@st.composite
def _noted(draw: st.DrawFn) -> dict[str, Any]:
    """What may be noted beside a finding; most often nothing."""
    noted = {
        "typical_vascular_pattern": _ANY_FLAG,
        "certainty": st.sampled_from((None, "equivocal", "unequivocal")),
        "cytology": st.sampled_from((None, "positive", "negative")),
        "proof": st.sampled_from((None, "positive", "negative")),
        "seen_on": st.sampled_from((None, "PET", "bone_scan")),
        "arterial_enhancement": _ANY_FLAG,
        "well_delineated": _ANY_FLAG,
        "previously_treated": _ANY_FLAG,
        "soft_tissue_mm": _LENGTH,
        "override": st.one_of(
            st.sampled_from((None, "", "agreed at the board")),
            st.dictionaries(st.sampled_from((*RULES_OF_LESION, "all")), st.just("agreed at the board"), max_size=3),
        ),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(noted)), max_size=3, unique=True))
    return {name: draw(noted[name]) for name in chosen}


@st.composite
def _listing(draw: st.DrawFn, lesion: dict[str, Any], baseline: bool, first: bool) -> dict[str, Any]:
    """One lesion at one time point; a new lesion is there where it is listed `first`."""
    found = dict(lesion)
    if baseline and lesion["role"] == "target":
        found["status"] = draw(st.sampled_from(("measured", "too_small_to_measure", "present")))
        found["diameter_mm"] = draw(st.integers(1, 1500)) / 10
    else:
        status = draw(st.sampled_from((None, *_SEEN) if first else (None, *_LATER)))
        if status is not None:
            found["status"] = status
        if status == "measured":
            found["diameter_mm"] = draw(st.integers(int(first), 1500)) / 10
        elif status not in _WITHOUT_LENGTH:
            found["diameter_mm"] = draw(_LENGTH)
        if first and found.get("diameter_mm") == 0:
            found["diameter_mm"] = None
    found["whole_mm"] = draw(_LENGTH)
    return found | draw(_noted())


@st.composite
def _clinical(draw: st.DrawFn) -> dict[str, Any]:
    def lab(most: int) -> st.SearchStrategy[Any]:
        return st.one_of(st.none(), st.integers(1, most * 10).map(lambda t: t / 10))

    marker = st.one_of(st.none(), st.integers(0, 50_000), st.sampled_from((">35000", "> 12.5")))
    values = {
        "ecog": st.sampled_from((None, 0, 1, 2, 4)),
        "bilirubin_mg_dl": lab(6),
        "albumin_g_dl": lab(5),
        "inr": lab(3),
        "ascites": st.sampled_from((None, "none", "slight", "moderate")),
        "encephalopathy": st.sampled_from((None, 0, 1, 3)),
        "ast_x_uln": lab(8),
        "alt_x_uln": lab(8),
        "anc_per_ul": st.sampled_from((None, 900, 1500, 4000)),
        "hb_g_dl": lab(14),
        "platelets_per_ul": st.sampled_from((None, 40_000, 50_000, 200_000)),
        "creatinine_x_uln": lab(3),
        "main_pv_occlusion": _ANY_FLAG,
        "labs_day": st.integers(-50, 400),
        "afp_ng_ml": marker,
        "pivka_mau_ml": marker,
        "tace_benefit": st.sampled_from((None, "yes", "no", "undetermined")),
        "tace_planned": _ANY_FLAG,
        "ineligibility_confirmed": st.sampled_from((None, None, "ecog", "liver")),
        "sorafenib_tolerable": _ANY_FLAG,
        "clinical_worsening": _ANY_FLAG,
        "consent_withdrawn": st.sampled_from((None, None, False, True)),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(values)), max_size=len(values), unique=True))
    return {name: draw(values[name]) for name in chosen}


@st.composite
def any_case(draw: st.DrawFn) -> dict[str, Any]:
    """A case of one to four time points with up to six lesions, and whatever else the schema has room for."""
    lesions: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 6))):
        region, organ, kind = draw(st.sampled_from(_SITES))
        role = draw(st.sampled_from(("target", "target", "nontarget", "new")))
        lesion = {"id": f"X{number}", "region": region, "organ": organ, "kind": kind, "role": role}
        if (axis := draw(st.sampled_from((None, "viable_longest", "longest", "short")))) is not None:
            lesion["axis"] = axis
        lesions.append(lesion)
    timepoints: list[dict[str, Any]] = []
    day = draw(st.integers(-60, 10))
    seen: set[str] = set()
    for index in range(draw(st.integers(1, 4))):
        listed = []
        for lesion in lesions:
            first = index == 0
            must = first and lesion["role"] != "new"
            may = (lesion["role"] == "new" and not first) or lesion["id"] in seen
            if must or (may and draw(st.integers(0, 7))):
                unseen = lesion["role"] == "new" and lesion["id"] not in seen
                listed.append(draw(_listing(lesion, baseline=first, first=unseen)))
                seen.add(lesion["id"])
        timepoint: dict[str, Any] = {"timepoint": f"T{index}", "day": day, "lesions": draw(st.permutations(listed))}
        day += draw(st.integers(1, 90))
        if draw(st.booleans()):
            timepoint["clinical"] = draw(_clinical())
        if draw(st.booleans()):
            modalities = draw(st.lists(st.sampled_from(("CT", "MR", "PT", "BS")), max_size=2))
            timepoint["scans"] = [
                {"modality": name, "slice_thickness_mm": draw(st.sampled_from((2, 5, 7.5)))} for name in modalities
            ]
        if draw(st.booleans()):
            done = draw(st.lists(st.sampled_from(_EXAMINATIONS), unique=True))
            timepoint["coverage"] = {name: draw(st.booleans()) for name in done}
        if draw(st.booleans()):
            by_rule = st.dictionaries(st.sampled_from(RULES_OF_TIMEPOINT), st.just("agreed at the board"))
            timepoint["override"] = draw(st.one_of(st.just("agreed"), by_rule))
        timepoints.append(timepoint)
    found: dict[str, Any] = {"id": "any", "timepoints": timepoints}
    if draw(st.booleans()):
        scopes = draw(st.lists(st.sampled_from(("intra", "extra", "pooled")), unique=True))
        found["policy"] = {"min_abs_mm": {scope: draw(st.sampled_from((0, 2.5, 5))) for scope in scopes}}
    if draw(st.booleans()):
        found["protocol"] = draw(st.sampled_from(("cotsom", "ld_ccrt")))
    kinds = draw(st.lists(st.sampled_from(_TREATMENTS), max_size=3))
    treated = st.lists(st.sampled_from(sorted(seen)), max_size=2) if seen else st.just([])
    found["treatments"] = [
        {"kind": kind, "day": draw(st.integers(-30, 200)), "lesions": draw(treated)} for kind in kinds
    ]
    events = ("death", "last_contact", "consent_withdrawn", "new_therapy")
    happened = draw(st.lists(st.sampled_from(events), max_size=2).filter(lambda kinds: kinds.count("death") < 2))
    found["events"] = [{"kind": kind, "day": draw(st.integers(0, 300))} for kind in happened]
    return found
