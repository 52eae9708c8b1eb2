"""What holds for any patient: generated cases, exact arithmetic, no exceptions."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.resources import RULESETS, load_protocol, load_ruleset
from mrecist.assess import assess
from mrecist.casefile import decode, read_case
from mrecist.explain import sentence
from mrecist.overall import composite
from mrecist.resultfile import result, result_text
from mrecist.results import Assessment
from mrecist.values import Response, Scope
from tests.support.patients import patient, row
from tests.support.schema_cases import any_case

RULES = load_ruleset()
CR, PR, SD, PD, ND = Response.CR, Response.PR, Response.SD, Response.PD, Response.ND
NO_FLOOR = {"min_abs_mm": {"intra": 0, "extra": 0, "pooled": 0}}

_size = st.integers(100, 900).map(lambda t: f"{t / 10}")
_target_later = st.one_of(st.sampled_from(["0", "ts", "NE"]), st.integers(0, 1200).map(lambda t: f"{t / 10}"))
_nontarget = st.sampled_from(["P", "P", "A", "NE", "U"])
_new = st.sampled_from(["", "", "12t", "8", "15", "26", "NE", "NV"])


@st.composite
def visits(draw: st.DrawFn, regions: tuple[str, ...] = ("intra", "extra"), nodes: bool = False) -> list[str]:
    """Words of two to four time points, in the scenario notation."""
    names = []
    if "intra" in regions:
        names += draw(st.sampled_from([[], ["L1"], ["L1", "L2"], ["INF"], ["L1", "PVT"]]))
    if "extra" in regions:
        names += draw(st.sampled_from([[], ["Lu1"], ["Lu1", "Ad1"], ["B1"], ["Lu1", "B1"]]))
        names += draw(st.sampled_from([[], ["N1"], ["Lu2", "N1", "NN1"]])) if nodes else []
    targets = [n for n in names if n[:2] not in ("IN", "PV", "B1", "NN")]
    new_name = draw(
        st.sampled_from(["xIN", "xLu"] if len(regions) == 2 else ["xIN"] if "intra" in regions else ["xLu"])
    )
    lines = [" ".join(f"{n}={draw(_size) if n in targets else 'P'}" for n in names)]
    for _ in range(draw(st.integers(1, 3))):
        words = [f"{n}={draw(_target_later if n in targets else _nontarget)}" for n in names]
        value = draw(_new)
        seen_before = any(f"{new_name}=" in line for line in lines)
        if value and (seen_before or value != "NV"):
            words.append(f"{new_name}={value}{'!' if new_name == 'xLu' and value not in ('NE', 'NV') else ''}")
        lines.append(" ".join(words))
    return lines


def _assessed(lines: list[str], **more: Any) -> Assessment:
    return assess(read_case(patient(*lines, **more)), RULES)


@given(visits(nodes=True))
def test_that_progression_absorbs_and_the_order_of_lesions_is_irrelevant(lines: list[str]) -> None:
    found = _assessed(lines)
    turned = _assessed([" ".join(reversed(line.split())) for line in lines])
    for at, again in zip(found.timepoints, turned.timepoints, strict=True):
        assert (row(at), at.flags) == (row(again), again.flags)
        for region in (at.intrahepatic, at.extrahepatic, at.overall):
            assert region.response is PD or not (region.target is PD or region.non_target is PD or region.new_lesion)
            assert region.reasons and all(r.text for r in region.reasons)
        if PD in (at.intrahepatic.response, at.extrahepatic.response):
            assert at.composite is PD


@given(visits(nodes=True))
def test_that_a_later_time_point_changes_no_earlier_response(lines: list[str]) -> None:
    whole = [row(t) for t in _assessed(lines).timepoints]
    for count in range(2, len(lines)):
        assert [row(t) for t in _assessed(lines[:count]).timepoints] == whole[: count - 1]


@given(visits(regions=("intra",)))
def test_that_a_patient_with_liver_disease_alone_has_the_livers_response(lines: list[str]) -> None:
    for at in _assessed(lines).timepoints:
        assert at.overall.response == at.composite == at.intrahepatic.response


@given(visits(regions=("extra",), nodes=True))
def test_that_a_patient_without_liver_disease_has_the_extrahepatic_response(lines: list[str]) -> None:
    for at in _assessed(lines).timepoints:
        assert at.overall.response == at.composite == at.extrahepatic.response


@given(visits())
def test_that_without_floor_and_nodes_regions_bound_the_pooled_response(lines: list[str]) -> None:
    for at in _assessed(lines, policy=NO_FLOOR).timepoints:
        both = {at.intrahepatic.response, at.extrahepatic.response}
        overall = at.overall.response
        if at.composite is SD:
            assert overall is not PD
        if both <= {CR, PR, ND} and both != {ND}:
            assert overall in (CR, PR)
        assert (both <= {CR, ND} and both != {ND}) == (overall is CR)
        assert (both == {ND}) == (overall is ND)


@given(visits(nodes=True))
def test_that_the_way_to_the_next_category_leads_there(lines: list[str]) -> None:
    """One liver target changed by the told length has the told response; by 0.1 mm less it has not."""
    words = [w for w in lines[-1].split() if w.startswith("L1=")]
    if len(words) != 1 or "L2=" in lines[-1]:
        return
    at = _assessed(lines).timepoints[-1].intrahepatic
    for step in (x for x in at.to_next_category if x.lesion is None):
        assert at.sum_mm is not None
        total = at.sum_mm + step.by_mm
        if total == 0:
            continue
        short = total + (-1 if step.by_mm > 0 else 1) / type(total)(10)
        for length, reached in ((total, True), (short, False)):
            changed = [*lines[:-1], lines[-1].replace(words[0], f"L1={float(length)}")]
            response = _assessed(changed).timepoints[-1].intrahepatic.response
            assert (response is step.response) == reached or (not reached and response is at.response)


@given(visits(nodes=True))
def test_that_a_result_is_json_and_reads_back_the_same(lines: list[str]) -> None:
    case = patient(*lines)
    once = json.dumps(result(_assessed(lines)))
    again = json.dumps(result(assess(read_case(decode(json.dumps(case))), RULES)))
    assert once == again


@given(any_case(), st.sampled_from(RULESETS))
def test_that_any_case_of_the_schema_has_responses_reasons_and_decisions(case: dict[str, Any], ruleset: str) -> None:
    """Nothing that the schema admits raises; every reason is a sentence; both tables give a row."""
    read = read_case(decode(json.dumps(case)))
    found = assess(read, load_ruleset(ruleset), protocol=load_protocol())
    again = result(assess(read_case(case), load_ruleset(ruleset), protocol=load_protocol()))
    assert json.dumps(result(found)) == json.dumps(again)
    for at in found.timepoints:
        for region in (at.intrahepatic, at.extrahepatic, at.overall, *([at.recist11] if at.recist11 else [])):
            assert region.reasons and all(r.text and "{" not in r.text for r in region.reasons)
            assert region.response is not Response.NA and region.adjudicated_response in (PD, region.response)
        assert (at.tace is None) == (at.sorafenib is None)
        assert all(issue.text for issue in at.issues)
    assert found.best_response.keys() == found.times.keys() == set(Scope)


@given(any_case())
def test_that_no_time_point_of_any_case_is_changed_by_a_later_one(case: dict[str, Any]) -> None:
    whole = [row(t) for t in assess(read_case(case), RULES).timepoints]
    case["treatments"] = []
    for count in range(1, len(case["timepoints"])):
        earlier = assess(read_case(case | {"timepoints": case["timepoints"][:count]}), RULES)
        assert [row(t) for t in earlier.timepoints] == whole[: count - 1]


@given(any_case(), st.randoms(use_true_random=False))
def test_that_the_order_in_which_any_lesions_are_listed_changes_nothing(case: dict[str, Any], random: Any) -> None:
    found = assess(read_case(case), RULES, protocol=load_protocol()).timepoints
    for timepoint in case["timepoints"]:
        random.shuffle(timepoint["lesions"])
    turned = assess(read_case(case), RULES, protocol=load_protocol()).timepoints
    for at, again in zip(found, turned, strict=True):
        assert (row(at), at.flags) == (row(again), again.flags)
        for decision, other in ((at.tace, again.tace), (at.sorafenib, again.sorafenib)):
            assert (decision is None) == (other is None)
            assert decision is None or other is None or decision.row == other.row


@given(any_case())
def test_that_the_composite_follows_from_the_regions_and_a_discordance_is_flagged(case: dict[str, Any]) -> None:
    for at in assess(read_case(case), RULES).timepoints:
        both = (at.intrahepatic.response, at.extrahepatic.response)
        assert at.composite is composite(*both) is composite(*both[::-1])
        assert ("DISCORDANT" in at.flags) == (at.composite is not at.overall.response)


_SUMS = ("sum_mm", "baseline_sum_mm", "nadir_sum_mm", "change_from_baseline_pct", "change_from_nadir_pct")


@given(visits(nodes=True))
def test_that_what_is_written_is_what_is_told_and_shown(lines: list[str]) -> None:
    """The writer and the sentences of sums go by whole tenths; the exact numbers of the same reasons say the same."""
    found = _assessed(lines)
    written = result(found)
    assert json.dumps(written) == result_text(found)
    for at, told in zip(found.timepoints, written["timepoints"], strict=True):
        for region, shown in ((at.intrahepatic, told["intrahepatic"]), (at.overall, told["overall"])):
            for name in _SUMS:
                exact = getattr(region, name)
                assert shown[name] == (None if exact is None else float(exact))
            for reason, words in zip(region.reasons, shown["reasons"], strict=True):
                exact_numbers = dict(reason.numbers)
                assert words["text"] == reason.text == sentence(reason.rule, exact_numbers)
                assert words["numbers"] == {
                    name: float(x) if isinstance(x, Fraction) else x for name, x in exact_numbers.items()
                }


_lengths = st.lists(st.integers(10, 400), min_size=1, max_size=3)


@given(_lengths, st.lists(st.integers(0, 600), min_size=1, max_size=4), st.integers(2, 4), st.sampled_from(["L", "Lu"]))
def test_that_a_patient_drawn_larger_has_the_same_responses(
    baseline: list[int], later: list[int], factor: int, organ: str
) -> None:
    """Every diameter times a whole number: with no floor, nodes, too small or new lesions nothing has a scale."""

    def responses(scale: int) -> list[str]:
        lines = [
            " ".join(f"{organ}{n}={tenths * scale / 10}" for n, tenths in enumerate(sizes))
            for sizes in (baseline, *[[(x + 7 * n) % 900 for n in range(len(baseline))] for x in later])
        ]
        return [row(t) for t in _assessed(lines, policy=NO_FLOOR).timepoints]

    assert responses(factor) == responses(1)


@given(_lengths, st.integers(-1, 1), st.booleans(), st.sampled_from([0, 5]))
def test_that_every_threshold_is_exact_in_tenths(sizes: list[int], beside: int, grows: bool, floor_mm: int) -> None:
    """The sum at a limit, a tenth below it and a tenth above it, spread over the lesions as tenths."""
    total = sum(sizes)
    if grows:
        limit = max(-(-6 * total // 5), total + 10 * floor_mm, total + 1)
        expected = PD if beside >= 0 else SD
    else:
        limit = 7 * total // 10
        expected = PR if beside <= 0 else SD
    now = limit + beside
    parts = [now // len(sizes) + (n < now % len(sizes)) for n in range(len(sizes))]
    lines = [" ".join(f"L{n}={tenths / 10}" for n, tenths in enumerate(x)) for x in (sizes, parts)]
    policy = {"min_abs_mm": {"intra": floor_mm, "pooled": floor_mm}}
    at = _assessed(lines, policy=policy).timepoints[0]
    assert at.intrahepatic.sum_mm == Fraction(now, 10)
    if 10 * now > 7 * total or not grows:
        assert at.intrahepatic.response is at.overall.response is expected
