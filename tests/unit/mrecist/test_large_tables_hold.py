"""The large decision tables of the docstrings, read as they stand: each row's own words decide what the code does.

Every row is told by its words here. Other words in a docstring, a row more or fewer, another order or another outcome
fails, and so does code that does otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import combinations_with_replacement, product
from typing import Any

from app.resources import load_ruleset
from mrecist.bestresponse import Assessed, confirmed, unconfirmed
from mrecist.eligibility import Eligible, judge_eligibility
from mrecist.lesions import (
    Absent,
    Features,
    Finding,
    Lesion,
    Measured,
    Merged,
    Nonviable,
    NotEvaluable,
    Observation,
    Present,
    Split,
    TooSmall,
    UnequivocalProgression,
)
from mrecist.newlesion import judge_new_lesion
from mrecist.nontarget import one_response
from mrecist.target import SumAt, counted_tenths, judge_target
from mrecist.tracks import Tests as Functional
from mrecist.values import (
    Axis,
    Certainty,
    Diameter,
    LesionKind,
    LesionRole,
    Organ,
    Proof,
    Region,
    Response,
    SeenOn,
)
from tests.support.doc_tables import doc_tables, docstrings

RULES = load_ruleset()
WHOLE = load_ruleset("recist-1.1")
CR, PR, SD, PD, NE, NN, ND, NA = Response
Held = Callable[[Any], bool]


def rows_of(name: str) -> tuple[tuple[str, ...], ...]:
    (table,) = doc_tables(docstrings()[name])
    return tuple(table.rows)


def first(rows: Iterable[tuple[str, ...]], holds: Mapping[str, Held], given: Any, words: int = 1) -> tuple[str, ...]:
    """The first row whose words hold; words that this test does not know are a KeyError."""
    return next(row for row in rows if holds[row[words]](given))


def sized(kind: Callable[..., Finding], *tenths: int | None) -> Finding:
    return kind(*[None if x is None else Diameter(x) for x in tenths])


# --- targets ---------------------------------------------------------------------------------------------------------


def test_that_the_table_of_targets_is_what_is_done() -> None:
    holds: dict[str, Held] = {
        "no target in the scope, so no sum (decided by the caller)": lambda x: False,
        "every target evaluable, each at 0 or, if a node, below 10 mm; a baseline sum": lambda x: (
            x[0].complete and x[0].gone and x[0].baseline is not None
        ),
        "sum, even partial, above the nadir by >= 20 % and by >= the floor": lambda x: (
            None not in (x[0].total, x[0].nadir)
            and x[0].total > x[0].nadir
            and 5 * x[0].total >= 6 * x[0].nadir
            and x[0].total - x[0].nadir >= x[1]
        ),
        "a target is not evaluable, or there is no baseline sum": lambda x: not x[0].complete or x[0].baseline is None,
        "sum <= 70 % of the baseline sum": lambda x: 10 * x[0].total <= 7 * x[0].baseline,
        "otherwise": lambda x: True,
    }
    rows = rows_of("mrecist.target.judge_target")
    assert [row[0] for row in rows] == ["T-NA", "T-CR", "T-PD", "T-NE", "T-PR", "T-SD"]
    totals = (None, 0, 1, 49, 50, 59, 60, 69, 70, 71, 99, 100, 109, 110, 119, 120, 121, 150)
    for total, baseline, nadir, gone, partial, floor in product(
        totals, (None, 100), (None, 0, 50, 100), (True, False), (True, False), (0, 50)
    ):
        at = SumAt(total, total is not None and not partial, gone, baseline, nadir, None if nadir is None else 0)
        assert judge_target(at, RULES.thresholds, floor) == first(rows, holds, (at, floor))[2], (at, floor)


FOUND: dict[str, Callable[[int | None, int | None], Finding | None]] = {
    "measured": lambda d, w: None if d is None else sized(Measured, d, w),
    "absent": lambda d, w: sized(Absent, w),
    "nonviable": lambda d, w: sized(Nonviable, w),
    "too small to measure": lambda d, w: sized(TooSmall, d, w),
    "present": lambda d, w: sized(Present, d, w),
    "progressing without doubt": lambda d, w: sized(UnequivocalProgression, d),
    "merged with another": lambda d, w: Merged(),
    "split, without them": lambda d, w: Split(),
    "not evaluable, or not in the list": lambda d, w: NotEvaluable(),
}


def test_that_the_table_of_what_a_target_counts_is_what_is_done() -> None:
    counts: dict[str, Callable[[int | None, int | None], int | None]] = {
        "the diameter": lambda d, w: d,
        "the diameter, else not evaluable": lambda d, w: d,
        "the diameter, if stated, else 5 mm": lambda d, w: d or 50,
        "the whole diameter, else not evaluable": lambda d, w: w,
        "the whole diameter, else 5 mm": lambda d, w: w or 50,
        "what is left of it, else 0": lambda d, w: w or 0,
        "0": lambda d, w: 0,
        "0, it is measured with the other": lambda d, w: 0,
        "not evaluable": lambda d, w: None,
    }
    rows = {row[0]: row[1:] for row in rows_of("mrecist.target.counted_tenths")}
    assert rows.pop("split, with its fragments listed") == ("0, they are measured",) * 2  # of the region: test_target
    assert rows.keys() == FOUND.keys()
    assert counted_tenths(None, RULES.target) is None
    for (found, told), d, w in product(rows.items(), (None, 30, 200), (None, 40, 300)):
        finding = FOUND[found](d, w)
        for whole, words in enumerate(told):
            if finding is not None:
                seen = Observation("X", finding)
                assert counted_tenths(seen, RULES.target, bool(whole)) == counts[words](d, w), (found, whole, d, w)


# --- non-targets and new lesions -------------------------------------------------------------------------------------

ANY_SIZE = (None, 0, 1, 99, 100, 149, 150, 199, 200)
FINDINGS: tuple[Finding | None, ...] = (
    None,
    NotEvaluable(),
    Absent(),
    Nonviable(),
    Merged(),
    Split(),
    *[sized(Present, x) for x in ANY_SIZE],
    *[sized(Measured, x) for x in ANY_SIZE if x is not None],
    *[sized(TooSmall, x) for x in (None, 30)],
    *[sized(UnequivocalProgression, x) for x in (None, 120)],
)


def size_of(finding: object) -> int | None:
    diameter = getattr(finding, "diameter", None)
    return None if diameter is None else int(diameter.tenths)


def test_that_the_table_of_one_nontarget_is_what_is_done() -> None:
    """Its rows are no order: exactly one of them holds."""
    visible: Held = lambda x: isinstance(x[0], Nonviable) and x[2] is WHOLE and x[3] is Region.INTRAHEPATIC  # noqa: E731
    gone: Held = lambda x: (  # noqa: E731
        isinstance(x[0], Absent)
        or (
            (isinstance(x[0], (Present, Measured, TooSmall)) and size_of(x[0]) is not None)
            and (size_of(x[0]) == 0 or (x[1] and (size_of(x[0]) or 0) < 100))
        )
    )

    def small_node(x: Any) -> bool:
        return isinstance(x[0], TooSmall) and bool(x[1]) and size_of(x[0]) is None

    holds: dict[str, Held] = {
        "not in the list, or not evaluable": lambda x: x[0] is None or isinstance(x[0], NotEvaluable),
        "absent, 0 mm, or a node with a short axis < 10 mm": gone,
        "nonviable": lambda x: isinstance(x[0], Nonviable) and not visible(x),
        "nonviable in the liver, judged by whole diameters": visible,
        "a node too small to measure": small_node,
        "present, measured, merged, or split": lambda x: (
            isinstance(x[0], (Present, Measured, Merged, Split)) and not gone(x)
        ),
        "too small to measure, not a node": lambda x: isinstance(x[0], TooSmall) and not gone(x) and not small_node(x),
        "unequivocal progression": lambda x: isinstance(x[0], UnequivocalProgression),
    }
    rows = rows_of("mrecist.nontarget.one_response")
    for given in product(FINDINGS, (True, False), (RULES, WHOLE), Region):
        finding, is_node, rules, region = given
        (told,) = [row[1] for row in rows if holds[row[0]](given)]
        seen = None if finding is None else Observation("X", finding)
        assert one_response(seen, rules, is_node, region) == told, given


NODULE = Lesion("X", Region.INTRAHEPATIC, LesionRole.NEW, Organ.LIVER)
NODE = Lesion("X", Region.EXTRAHEPATIC, LesionRole.NEW, Organ.LYMPH_NODE, LesionKind.LYMPH_NODE)
HILAR = Lesion("X", Region.EXTRAHEPATIC, LesionRole.NEW, Organ.LYMPH_NODE_PERIPORTAL, LesionKind.LYMPH_NODE)
ASCITES = Lesion("X", Region.EXTRAHEPATIC, LesionRole.NEW, Organ.PERITONEUM, LesionKind.EFFUSION)
LUNG = Lesion("X", Region.EXTRAHEPATIC, LesionRole.NEW, Organ.LUNG)


def test_that_the_table_of_new_lesions_is_what_is_done() -> None:
    def size(x: dict[str, Any]) -> int | None:
        return size_of(x["finding"])

    def nodule(x: dict[str, Any]) -> bool:
        return bool(x["lesion"].is_liver_nodule)

    def node(x: dict[str, Any]) -> bool:
        return bool(x["lesion"].is_node)

    def at_least(x: dict[str, Any], limit: int) -> bool:
        now = size(x)
        return now is not None and now >= limit

    def pet(x: dict[str, Any]) -> bool:
        return x["noted"].seen_on is not None

    def grown(x: dict[str, Any]) -> bool:
        return nodule(x) and size(x) is not None and x["first"] is not None and at_least(x, x["first"] + 100)

    holds: dict[str, Held] = {
        "missing from the list, or not evaluable": lambda x: (
            x["finding"] is None or isinstance(x["finding"], NotEvaluable)
        ),
        "absent, nonviable, or 0 mm": lambda x: isinstance(x["finding"], (Absent, Nonviable)) or size(x) == 0,
        "histology or cytology negative": lambda x: x["proof"] is False,
        "refuted by the reader, not proven; a node or a liver nodule only where size, pattern or growth leave it "
        "equivocal": lambda x: False,  # nothing is refuted here: tests/unit/mrecist/test_newlesion.py
        "it counted before and is still there": lambda x: x["counted"],
        "effusion or ascites with positive cytology": lambda x: x["lesion"] is ASCITES and x["proof"],
        "effusion or ascites without it, whatever its certainty": lambda x: x["lesion"] is ASCITES,
        "histology or cytology positive, any size": lambda x: x["proof"],
        "node with a short axis < 10 mm, or too small to measure": lambda x: (
            node(x) and (size(x) is not None or isinstance(x["finding"], TooSmall)) and not at_least(x, 100)
        ),
        "short axis >= 20 mm at the liver hilum, >= 15 mm elsewhere": lambda x: (
            node(x) and at_least(x, 200 if x["lesion"] is HILAR else 150)
        ),
        "smaller, or not measured": node,
        "liver nodule >= 10 mm with hyperenhancement and washout": lambda x: (
            nodule(x) and at_least(x, 100) and x["noted"].typical_vascular_pattern is True
        ),
        "liver nodule grown by >= 10 mm since first measured, from 5 mm where it was too small to "
        "measure before": grown,
        "liver nodule < 10 mm, or not measured": lambda x: nodule(x) and not at_least(x, 100),
        "liver nodule >= 10 mm, not typical": nodule,
        "seen on PET or bone scan alone, not known to be done at baseline": lambda x: (
            pet(x) and not x["tests"].done(x["noted"].seen_on)
        ),
        "seen on PET, a baseline PET was done, not called equivocal": lambda x: (
            x["noted"].seen_on is SeenOn.PET and x["noted"].certainty is not Certainty.EQUIVOCAL
        ),
        "anything else called unequivocal": lambda x: (
            x["noted"].certainty is Certainty.UNEQUIVOCAL or isinstance(x["finding"], UnequivocalProgression)
        ),
        "anything else": lambda x: True,
    }
    rows = rows_of("mrecist.newlesion.judge_new_lesion")
    noted = [
        Features(typical_vascular_pattern=pattern, certainty=certainty, seen_on=seen_on)
        for pattern, certainty, seen_on in product(
            (None, True), (None, Certainty.EQUIVOCAL, Certainty.UNEQUIVOCAL), (None, *SeenOn)
        )
    ]
    tests = (Functional(None, None), Functional(True, False), Functional(False, True))
    for lesion, finding, features in product((NODULE, NODE, HILAR, ASCITES, LUNG), FINDINGS, noted):
        one = None if finding is None else Observation("X", finding, features)
        now = size_of(finding)
        for at, proof, counted in product(tests[: 3 if features.seen_on else 1], (None, True, False), (False, True)):
            for before in (now, None if now is None else max(now - 100, 1)):
                given = {
                    "lesion": lesion, "finding": finding, "noted": features, "tests": at, "proof": proof,
                    "counted": counted, "first": before,
                }  # fmt: skip
                verdict = judge_new_lesion(
                    lesion, one, RULES, first_tenths=before, proof=proof, counted_before=counted,
                    functional_at_baseline=at,
                )  # fmt: skip
                rule, _, then = first(rows, holds, given)
                assert verdict == rule, given
                assert {"counts": (True, False), "equivocal": (False, True), "no": (False, False)}[then] == (
                    verdict.counts,
                    verdict.equivocal,
                ), verdict


# --- what may be a target --------------------------------------------------------------------------------------------


def test_that_the_table_of_eligibility_is_what_is_done() -> None:
    def small(x: dict[str, Any], limit: int) -> bool:
        return x["size"] is None or x["size"] < limit

    def node(x: dict[str, Any]) -> bool:
        return bool(x["lesion"].is_node)

    def of(kind: LesionKind) -> Held:
        return lambda x: x["lesion"].kind is kind

    def liver(x: dict[str, Any]) -> bool:
        return x["lesion"].region is Region.INTRAHEPATIC

    def hilar(x: dict[str, Any]) -> bool:
        return x["lesion"].organ is Organ.LYMPH_NODE_PERIPORTAL

    holds: dict[str, Held] = {
        "effusion or ascites": of(LesionKind.EFFUSION),
        "tumour thrombus": of(LesionKind.TUMOUR_THROMBUS),
        "infiltrative, whatever its size": of(LesionKind.INFILTRATIVE),
        "seen only on PET or bone scan": lambda x: x["noted"].seen_on is not None,
        "node, not measured": lambda x: node(x) and x["size"] is None,
        "node < 10 mm (short axis)": lambda x: node(x) and small(x, 100),
        "hilar node < 20 mm without proof, where hilar nodes need more than others": lambda x: (
            hilar(x) and small(x, 200) and Proof.POSITIVE not in (x["noted"].proof, x["noted"].cytology)
        ),
        "node < 15 mm; hilar: < 20 mm": lambda x: node(x) and small(x, 200 if hilar(x) else 150),
        "any other node": node,
        "bone without a soft-tissue part >= 10 mm": lambda x: (
            x["lesion"].kind is LesionKind.BONE
            and (x["noted"].soft_tissue is None or x["noted"].soft_tissue.tenths < 100)
        ),
        "liver lesion, treated, without a well-delineated viable part": lambda x: (
            liver(x)
            and x["noted"].previously_treated
            and (x["noted"].arterial_enhancement is False or x["noted"].well_delineated is False)
        ),
        "liver lesion without arterial enhancement, not measured as RECIST": lambda x: (
            liver(x) and x["noted"].arterial_enhancement is False and x["lesion"].axis is not Axis.LONGEST
        ),
        "not well delineated": lambda x: x["noted"].well_delineated is False,
        "< 10 mm, or not measured": lambda x: small(x, 100),
        "< 2 x the slice thickness where slices are thicker than 5 mm": lambda x: (
            x["thick"] is not None and x["thick"] > 5 and x["size"] < 20 * x["thick"]
        ),
        "anything else": lambda x: True,
    }
    roles = {"non-target": Eligible.NONTARGET, "not recorded": Eligible.NOT_RECORDED, "target": Eligible.TARGET}
    rows = rows_of("mrecist.eligibility.judge_eligibility")
    sites = [
        (Region.INTRAHEPATIC, Organ.LIVER, LesionKind.OTHER, None),
        (Region.INTRAHEPATIC, Organ.LIVER, LesionKind.OTHER, Axis.LONGEST),
        (Region.INTRAHEPATIC, Organ.LIVER, LesionKind.INFILTRATIVE, None),
        (Region.INTRAHEPATIC, Organ.PORTAL_VEIN, LesionKind.TUMOUR_THROMBUS, None),
        (Region.EXTRAHEPATIC, Organ.PLEURA, LesionKind.EFFUSION, None),
        (Region.EXTRAHEPATIC, Organ.LYMPH_NODE, LesionKind.LYMPH_NODE, None),
        (Region.EXTRAHEPATIC, Organ.LYMPH_NODE_PERIPORTAL, LesionKind.LYMPH_NODE, None),
        (Region.EXTRAHEPATIC, Organ.BONE, LesionKind.BONE, None),
        (Region.EXTRAHEPATIC, Organ.LUNG, LesionKind.OTHER, None),
    ]
    noted = [
        Features(
            arterial_enhancement=enhances, well_delineated=delineated, previously_treated=treated, proof=proof,
            soft_tissue=soft, seen_on=seen_on,
        )
        for enhances, delineated, treated, proof, soft, seen_on in product(
            (None, False), (None, False), (None, True), (None, Proof.POSITIVE), (None, Diameter(99), Diameter(100)),
            (None, SeenOn.PET),
        )
    ]  # fmt: skip
    for (region, organ, kind, axis), size, features in product(sites, (None, 99, 100, 149, 150, 160, 199, 200), noted):
        lesion = Lesion("X", region, LesionRole.TARGET, organ, kind, axis)
        one = Observation("X", NotEvaluable() if size is None else sized(Measured, size), features)
        for thick in (None, Fraction(5), Fraction(8)):
            given = {"lesion": lesion, "size": size, "noted": features, "thick": thick}
            rule, _, role = first(rows, holds, given)
            verdict = judge_eligibility(lesion, one, RULES, thick)
            assert (verdict.rule or "(none)", verdict.role) == (rule, roles[role]), given


# --- best responses --------------------------------------------------------------------------------------------------


def until_pd(sequence: tuple[Assessed, ...]) -> tuple[Assessed, ...]:
    days = [x.day for x in sequence if x.response is PD]
    return tuple(x for x in sequence if not days or x.day <= days[0])


def has(sequence: Iterable[Assessed], *responses: Response, from_day: int = 0) -> bool:
    return any(x.response in responses and x.day >= from_day for x in sequence)


def sequences() -> Iterable[tuple[Assessed, ...]]:
    for length in range(4):
        for days in set(combinations_with_replacement((28, 42, 70), length)):
            if len(set(days)) == length:
                for responses in product((CR, PR, SD, PD, NE, NN, ND), repeat=length):
                    yield tuple(Assessed(day, x) for day, x in zip(days, responses, strict=True))


def test_that_the_table_of_unconfirmed_best_responses_is_what_is_done() -> None:
    holds: dict[str, Held] = {
        "any CR": lambda x: has(x, CR),
        "any PR": lambda x: has(x, PR),
        "any SD or NN, and one of CR, PR, SD at day >= 42 before PD": lambda x: has(x, CR, PR, SD, from_day=42),
        "the same, but only NN at day >= 42": lambda x: has(x, NN, from_day=42),
        "a PD": lambda x: has(x, PD),
        "SD or NN earlier than day 42 and no PD after, NE, or no assessment": lambda x: not x or has(x, SD, NN, NE),
        'nothing but "no disease"': lambda x: all(y.response is ND for y in x),
    }
    rows = rows_of("mrecist.bestresponse.unconfirmed")
    for sequence in sequences():
        rule, _, best = first(rows, holds, until_pd(sequence))
        found = unconfirmed(sequence, RULES.best_response)
        assert (found.rule, found.response) == (rule, best), sequence


def test_that_the_table_of_confirmed_best_responses_is_what_is_done_where_nothing_follows_a_cr() -> None:
    def pair(x: tuple[Assessed, ...], one: Response, *others: Response) -> bool:
        return any(
            a.response is one
            and b.response in others
            and b.day - a.day >= 28
            and all(y.response in (*others, NE) for y in x[i + 1 : j])
            and sum(y.response is NE for y in x[i + 1 : j]) <= 1
            for i, a in enumerate(x)
            for j, b in enumerate(x)
            if j > i
        )

    early = (CR, PR, SD, NN)
    holds: dict[str, Held] = {
        "CR, then CR >= 28 d later, nothing but CR and at most one NE between": lambda x: pair(x, CR, CR),
        "PR, then PR or CR >= 28 d later, nothing but PR, CR and at most one NE between": lambda x: pair(x, PR, PR, CR),
        "a CR or PR that was not confirmed, or SD, at day >= 42": lambda x: has(x, CR, PR, SD, from_day=42),
        "the same, but only NN at day >= 42": lambda x: has(x, NN, from_day=42),
        "CR, PR, SD or NN earlier than day 42, and PD follows; or PD": lambda x: has(x, PD),
        "CR, PR, SD or NN earlier than day 42, and no PD; NE; or no assessment": lambda x: not x or has(x, *early, NE),
        'nothing but "no disease"': lambda x: all(y.response is ND for y in x),
    }
    rows = rows_of("mrecist.bestresponse.confirmed")
    for sequence in sequences():
        responses = [x.response for x in sequence]
        if CR in responses and any(x not in (CR, NE, PD) for x in responses[responses.index(CR) :]):
            continue
        rule, _, best = first(rows, holds, until_pd(sequence))
        found = confirmed(sequence, RULES.best_response)
        assert (found.rule, found.response) == (rule, best), sequence
