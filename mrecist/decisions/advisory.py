"""Published schemes that advise on a further TACE, shown beside the decision. They never decide: nothing reads them."""

from __future__ import annotations

from mrecist.case import Case
from mrecist.decisions.jsh import jsh_2014, jsh_2021
from mrecist.decisions.lookback import Lookback
from mrecist.decisions.panels import Item, Panel, Scheme, State, panel_data
from mrecist.decisions.scores import abcr, art
from mrecist.decisions.untreatable import easl, tactics, two_sessions
from mrecist.results import Assessment
from mrecist.rulesets import RuleSet

__all__ = ["Item", "Panel", "Scheme", "State", "advise", "panel_data"]

_PANELS = (art, abcr, jsh_2014, jsh_2021, easl, tactics, two_sessions)


def advise(
    case: Case, assessment: Assessment, timepoint_id: str, read_id: str | None = None, *, ruleset: RuleSet
) -> tuple[Panel, ...]:
    """The advisory panels at one time point, one for each scheme, whether it applies there or not.

    Only what is known up to the time point is looked at: a later time point never changes an earlier panel. A TACE on
    the day of a time point comes after it.

    Parameters
    ----------
    case : Case
        The case that was assessed.
    assessment : Assessment
        What `assess` gave back for it.
    timepoint_id : str
        A time point of the case; at the baseline only what precedes the first TACE is said.
    read_id : str, optional
        The read; by default that of the assessment.
    ruleset : RuleSet
        That of the assessment: its thresholds judge the response to each session, by viable diameters.

    Raises
    ------
    KeyError
        If the case has no such time point.
    ValueError
        If the assessment is not one of this case and read, by this rule set.
    """
    if assessment.case_id != case.id or read_id not in (None, assessment.read_id):
        raise ValueError(f"the assessment is of case {assessment.case_id}, read {assessment.read_id}")
    if assessment.ruleset != ruleset.name:
        raise ValueError(f"the assessment is by rule set {assessment.ruleset}, not {ruleset.name}")
    index = next((i for i, t in enumerate(case.timepoints) if t.id == timepoint_id), None)
    if index is None:
        raise KeyError(f"case {case.id} has no time point {timepoint_id!r}")
    look = Lookback.of(case, assessment, ruleset, index)
    return tuple([scheme(look) for scheme in _PANELS])
