"""The words of the advisory panels: schemes with their sources, items, verdicts and caveats, as sentence templates.

A sentence of an item stands under its criterion and state (``AST.met``), or under a variant of the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_FROM_KNOWLEDGE = "from knowledge, full text not at hand"

SCHEMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ART": (
            "ART score, before the second TACE",
            f"Sieghart et al., Hepatology 2013;57:2261 ({_FROM_KNOWLEDGE}; points from a secondary text)",
        ),
        "ABCR": (
            "ABCR score, before the second TACE",
            f"Adhoute et al., J Hepatol 2015;62:855 ({_FROM_KNOWLEDGE})",
        ),
        "JSH-2014": (
            "TACE failure / refractoriness, JSH-LCSGJ 2014",
            f"Kudo et al., Liver Cancer 2014;3:458 ({_FROM_KNOWLEDGE})",
        ),
        "JSH-2021": (
            "TACE failure and TACE unsuitability, JSH 2021",
            "Kudo et al., Liver Cancer 2021;10:181, PMC8237791 table 10 (unsuitability); "
            f"failure taken to be as in 2014 ({_FROM_KNOWLEDGE}, not certain)",
        ),
        "EASL": (
            "Untreatable progression, EASL",
            f"EASL guidelines, J Hepatol 2018;69:182 ({_FROM_KNOWLEDGE})",
        ),
        "TACTICS": (
            "UnTACEable progression, TACTICS",
            "Kudo et al., Gut 2020;69:1492; PubMed 35978604",
        ),
        "TWO-SESSIONS": (
            "No objective response to two consecutive TACE sessions",
            "PMC7055892",
        ),
    }
)
"""Title and source of each scheme."""

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "INSUFFICIENT": "insufficient response to two consecutive sessions",
        "NUMBER": "more liver tumours after two consecutive sessions",
        "MARKERS": "continuously rising tumour markers",
        "VASCULAR": "vascular invasion",
        "SPREAD": "extrahepatic spread",
        "UP-TO-7": "beyond up-to-7",
        "LIKELY-B": "likely to become Child-Pugh B",
        "UNLIKELY": "unlikely to respond to TACE",
        "NECROSIS": "no substantial necrosis after two sessions",
        "SITES": "TACE failed at sites that progressed after a response",
        "EXTENSIVE": "extensive liver involvement",
        "MINOR": "minor progression with liver decompensation or worse ECOG",
        "GROWTH": "intrahepatic growth",
        "CHILD-PUGH-C": "deterioration to Child-Pugh C",
        "NO-RESPONSES": "no objective response to two consecutive sessions",
    }
)
"""The criteria of the schemes without points, as they are listed in a verdict."""

MISSING: Mapping[str, str] = MappingProxyType(
    {
        "child_pugh_before": "Child-Pugh before the session",
        "child_pugh_now": "Child-Pugh at this time point",
        "ast_before": "AST before the session",
        "ast_now": "AST at this time point",
        "scan_before": "no time point before it",
        "scan_after": "no time point between it and the next session",
        "scan_in_window": "no time point 1 to 3 months after it and before the next session",
        "nothing_viable": "no viable tumour before it",
        "liver": "the liver was not evaluable",
        "ecog": "ECOG",
        "child_pugh": "Child-Pugh",
        "stage_a_or_b": "whether A or B",
        "malbi": "bilirubin and albumin",
        "decompensation": "ascites, encephalopathy, Child-Pugh or ECOG",
        "liver_response": "the liver's response",
    }
)
"""What is asked for where an item is not recorded."""

_SCORES = {
    "CP-RISE.met": "Child-Pugh rose by {rise}, from {before} ({before_at}) to {now} ({now_at}).",
    "CP-RISE.not_met": "Child-Pugh did not rise: {before} ({before_at}), {now} ({now_at}).",
    "CP-RISE.not_recorded": "Rise of Child-Pugh: not recorded ({missing}).",
    "CP-RISE-2.met": "Child-Pugh rose by {rise}, from {before} ({before_at}) to {now} ({now_at}); counts from 2.",
    "CP-RISE-2.not_met": "Child-Pugh did not rise by 2: {before} ({before_at}), {now} ({now_at}).",
    "CP-RISE-2.not_recorded": "Rise of Child-Pugh by 2: not recorded ({missing}).",
    "AST.met": "AST {change_pct} %, from {before} ({before_at}) to {now} × ULN ({now_at}); counts above "
    "{progression_pct} %.",
    "AST.not_met": "AST {change_pct} %, from {before} ({before_at}) to {now} × ULN ({now_at}); counts only above "
    "{progression_pct} %.",
    "AST.not_recorded": "Rise of AST: not recorded ({missing}).",
    "NO-RESPONSE.met": "No radiological response to the session of day {session_day}: {response} "
    "({at} against {before_at}).",
    "NO-RESPONSE.not_met": "Radiological response to the session of day {session_day}: {response} "
    "({at} against {before_at}).",
    "NO-RESPONSE.not_recorded": "Response to the session of day {session_day}: not known ({missing}).",
    "RESPONSE.met": "Radiological response to the session of day {session_day}: {response} ({at} against {before_at}).",
    "RESPONSE.not_met": "No radiological response to the session of day {session_day}: {response} "
    "({at} against {before_at}).",
    "RESPONSE.not_recorded": "Response to the session of day {session_day}: not known ({missing}).",
    "BCLC.met": "BCLC {stage} before the first session: {because}.",
    "BCLC.not_recorded": "BCLC stage before the first session: not recorded ({missing}).",
    "BCLC.stage_d": "BCLC D before the first session ({because}): the score has no points for it.",
    "AFP.met": "AFP {above}{afp} ng/mL ({at}); counts from {limit}.",
    "AFP.not_met": "AFP {afp} ng/mL ({at}); counts only from {limit}.",
    "AFP.not_recorded": "AFP before the first session: not recorded.",
    "AFP.only_above": "AFP only known to be above {afp} ng/mL ({at}); counts from {limit}.",
}

_FAILURE = {
    "INSUFFICIENT.met": "Viable tumour left above 50 %: {first_sum_mm} of {first_before_sum_mm} mm after the session "
    "of day {first_day}, {second_sum_mm} of {second_before_sum_mm} mm after that of day {second_day}.",
    "INSUFFICIENT.not_met": "50 % or less of the viable tumour was left after at least one of the sessions of days "
    "{first_day} and {second_day}.",
    "INSUFFICIENT.not_recorded": "Viable tumour left after the sessions of days {first_day} and {second_day}: not "
    "known ({missing}).",
    "INSUFFICIENT.one_session": "Needs two sessions; {sessions} so far.",
    "NUMBER.met": "New liver tumours after each of the sessions of days {first_day} and {second_day}: {lesions}.",
    "NUMBER.not_met": "No new liver tumour after at least one of the sessions of days {first_day} and {second_day}.",
    "NUMBER.not_recorded": "New liver tumours after the sessions of days {first_day} and {second_day}: not known "
    "({missing}).",
    "NUMBER.one_session": "Needs two sessions; {sessions} so far.",
    "MARKERS.met": "Rising since the session of day {session_day}: {series}.",
    "MARKERS.not_met": "Not continuously rising since the session of day {session_day}: {series}.",
    "MARKERS.not_recorded": "Tumour markers since the session of day {session_day}: a value before it and two after "
    "it are needed, and comparable ones ({series}).",
    "VASCULAR.met": "New or progressing vascular invasion at {at}.",
    "VASCULAR.not_met": "No vascular invasion so far.",
    "VASCULAR.not_recorded": "Vascular invasion: the liver was not fully evaluated at {at}.",
    "VASCULAR.not_applicable_at_baseline": "Vascular invasion was there before the first session: not applicable at "
    "baseline: count only new or progressing vascular invasion.",
    "SPREAD.met": "New or progressing extrahepatic spread at {at} ({patterns}).",
    "SPREAD.not_met": "No extrahepatic spread so far.",
    "SPREAD.not_recorded": "Extrahepatic spread: not fully evaluated at {at}.",
    "SPREAD.progressed_before": "Extrahepatic PD was there before the first session ({before_at}); whether it went on "
    "since is not told apart.",
    "SPREAD.not_applicable_at_baseline": "Extrahepatic spread was there before the first session: not applicable at "
    "baseline: count only new or progressing extrahepatic spread.",
}

_UNSUITABLE = {
    "UP-TO-7.met": "Largest liver tumour {largest_cm} cm + tumours {tumours} at {at}: {score}, above 7.",
    "UP-TO-7.not_met": "Largest liver tumour {largest_cm} cm + tumours {tumours} at {at}: {score}, at most 7.",
    "UP-TO-7.not_recorded": "At least {score} at {at} (tumours: {tumours}); the whole diameter is not "
    "recorded of {lesions}.",
    "LIKELY-B.met": "Beyond up-to-7 and mALBI grade {grade} ({grade_at}).",
    "LIKELY-B.not_met": "Not both beyond up-to-7 and mALBI grade 2b or worse.",
    "LIKELY-B.not_recorded": "Beyond up-to-7 and mALBI grade 2b or worse: not known ({missing}).",
    "UNLIKELY.met": "Infiltrative liver tumour: {lesions}.",
    "UNLIKELY.not_recorded": "No infiltrative liver tumour recorded; other types of growth and the histology are not.",
}

_UNTREATABLE = {
    "NECROSIS.met": "{sum_mm} of {before_sum_mm} mm viable tumour left after two sessions (days {first_day} and "
    "{second_day}): above 50 %.",
    "NECROSIS.not_met": "{sum_mm} of {before_sum_mm} mm viable tumour left after two sessions (days {first_day} and "
    "{second_day}): not above 50 %.",
    "NECROSIS.not_recorded": "Viable tumour left after the sessions of days {first_day} and {second_day}: not known.",
    "NECROSIS.one_session": "Needs two sessions; {sessions} so far.",
    "SITES.met": "More than 50 % is left, after the session of day {session_day}, of what had progressed after a "
    "response: {lesions}.",
    "SITES.not_met": "The session of day {session_day} left 50 % or less of what had progressed after a response: "
    "{lesions}.",
    "SITES.none": "No target had progressed after a response before the session of day {session_day}.",
    "SITES.not_recorded": "Progressed after a response, and not evaluated after the session of day {session_day}: "
    "{lesions}.",
    "EXTENSIVE.not_recorded": "How much of the liver is involved is not recorded; it is the reader's judgement.",
    "MINOR.met": "Intrahepatic PD at {at} with {worse}.",
    "MINOR.not_met": "Not both intrahepatic PD and a worse liver function or ECOG at {at}.",
    "MINOR.not_recorded": "Intrahepatic PD with a worse liver function or ECOG at {at}: not known ({missing}).",
    "GROWTH.met": "Viable liver targets {sum_mm} mm are {change_pct} % vs BL {baseline_mm} mm; counts from "
    "{progression_pct} %.",
    "GROWTH.not_met": "Viable liver targets {sum_mm} mm are {change_pct} % vs BL {baseline_mm} mm; counts only from "
    "{progression_pct} %.",
    "GROWTH.not_recorded": "Growth of the liver targets at {at}: their sum is not complete, or was not at baseline.",
    "CHILD-PUGH-C.met": "Child-Pugh C at {at} (score at least {score}).",
    "CHILD-PUGH-C.not_met": "No Child-Pugh C since the first session.",
    "CHILD-PUGH-C.not_recorded": "Child-Pugh at {at}: not recorded completely.",
    "NO-RESPONSES.met": "No objective response to the sessions of days {first_day} ({first_response}) and "
    "{second_day} ({second_response}).",
    "NO-RESPONSES.not_met": "Objective response to at least one of the sessions of days {first_day} and {second_day}.",
    "NO-RESPONSES.not_recorded": "Responses to the sessions of days {first_day} and {second_day}: not known "
    "({missing}).",
}

_VERDICTS = {
    "AT-BASELINE": "This is the baseline: nothing has responded yet.",
    "NO-SESSION": "No TACE session is recorded before this time point.",
    "BEFORE-SECOND": "The score speaks of the time before the second session; {sessions} are recorded.",
    "NEEDS-TWO": "The rule needs two sessions; {sessions} is recorded.",
    "ART-LOW": "{total} points, within 0 to 1.5: the score supports a further TACE.",
    "ART-LOW-RANGE": "{least} to {most} points are possible, all within 0 to 1.5: the score supports a further TACE.",
    "ART-HIGH": "{total} points, from 2.5: the score advises against a further TACE.",
    "ART-HIGH-RANGE": "{least} to {most} points are possible, all from 2.5: the score advises against a further TACE.",
    "ART-OPEN": "{least} to {most} points are possible: the score cannot say yet (0 to 1.5 supports a further TACE, "
    "2.5 or more advises against it).",
    "ABCR-LOW": "{total} points, at most 0: a good outlook with a further TACE by this score.",
    "ABCR-LOW-RANGE": "{least} to {most} points are possible, all at most 0: a good outlook with a further TACE by "
    "this score.",
    "ABCR-MIDDLE": "{total} points, between 0 and 4: the score gives no advice.",
    "ABCR-MIDDLE-RANGE": "{least} to {most} points are possible, all between 0 and 4: the score gives no advice.",
    "ABCR-HIGH": "{total} points, from 4: the score advises to stop TACE.",
    "ABCR-HIGH-RANGE": "{least} to {most} points are possible, all from 4: the score advises to stop TACE.",
    "ABCR-OPEN": "{least} to {most} points are possible: the score cannot say yet (0 or less: good outlook; 4 or more: "
    "stop TACE).",
    "ABCR-D": "BCLC D before the first session: the score does not speak of it.",
    "JSH-2014-MET": "TACE failure / refractoriness by this scheme: {met}.",
    "JSH-2014-OPEN": "Not met by what is recorded; not known: {missing}.",
    "JSH-2014-NOT-MET": "No criterion of TACE failure / refractoriness is met.",
    "JSH-2021-MET": "TACE failure or unsuitability by this scheme: {met}.",
    "JSH-2021-OPEN": "Not met by what is recorded; not known: {missing}.",
    "EASL-MET": "Untreatable progression by this scheme: {met}.",
    "EASL-OPEN": "Not met by what is recorded; not known: {missing}.",
    "TACTICS-MET": "UnTACEable progression by this scheme: {met}.",
    "TACTICS-OPEN": "Not met by what is recorded; not known: {missing}.",
    "TACTICS-NOT-MET": "No criterion of UnTACEable progression is met.",
    "TWO-SESSIONS-MET": "The rule advises to stop TACE: {met}.",
    "TWO-SESSIONS-OPEN": "The rule cannot say yet; not known: {missing}.",
    "TWO-SESSIONS-NOT-MET": "The rule does not advise to stop TACE.",
}

_CAVEATS = {
    "OUTSIDE-POPULATION": "Outside derivation population: the score was derived in BCLC A and B; here: {because}.",
    "LATE-SECOND": "The score was derived with two sessions within {limit} days; the first was {days} days ago.",
    "PROXY": "Necrosis itself is not recorded: the sum of the viable diameters of the liver targets stands in for it, "
    "and what is new since baseline is not in that sum.",
    "ADEQUACY": "Whether the sessions were adequate (selective, agent changed, feeders looked for again) is not "
    "recorded.",
    "AREA": "The scheme measures areas (RECICL); the sum of viable diameters stands in for them, and 25 % of area is "
    "about 12 % of diameter.",
    "NEW-ALONE": "A new liver lesion alone is not progression in this scheme.",
    "AS-RECORDED": "Tumours recorded together as one lesion count once.",
    "EQUIVOCAL": "A new lesion is equivocal at this time point; it does not count here.",
    "SHARED-SCAN": "No time point lies between the sessions of days {first_day} and {second_day}: what each did "
    "cannot be told apart.",
}

WORDS: Mapping[str, str] = MappingProxyType(_SCORES | _FAILURE | _UNSUITABLE | _UNTREATABLE | _VERDICTS | _CAVEATS)
"""Every sentence template of the advisory panels."""
