"""How numbers, dates and categories are written on screen: one form for each, everywhere.

Rounding happens here only, for the eye; nothing that is compared ever comes from these texts. Every English word
passes through `translated`, so that a translation file can replace it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import assert_never

from app.state.dates import PartialDate
from app.translation import translated as translated
from mrecist.explain import percent
from mrecist.lesions import WhyNotEvaluable
from mrecist.results import SorafenibOutput, TaceOutput
from mrecist.values import Diameter, LesionKind, LesionRole, LocalTreatment, Organ, Region, Response

SPACE = "\u00a0"
"""Between a number and its unit. The bundled type has no thin space; its no-break space is as narrow (0.22 em)."""

MINUS = "\u2212"
DASH = "\u2014"
Length = Fraction | Diameter | int


# --- numbers -------------------------------------------------------------------------------------------------------


def decimal_text(number: Fraction | int, places: int = 1, plus: bool = False) -> str:
    """A number with a fixed count of decimals, half up, with a true minus sign; `plus` marks growth too."""
    number = Fraction(number)
    step = Decimal(1).scaleb(-places)
    exact = Decimal(abs(number.numerator)) / Decimal(number.denominator)
    digits = f"{exact.quantize(step, rounding=ROUND_HALF_UP):f}"
    if not any(digit in digits for digit in "123456789"):
        return digits
    if number < 0:
        return MINUS + digits
    return "+" + digits if plus else digits


def mm(length: Length) -> str:
    """A length in mm with one decimal, without its unit: ``26.8``."""
    return decimal_text(length.mm if isinstance(length, Diameter) else length)


def with_mm(length: Length) -> str:
    """A length with its unit: ``26.8 mm``."""
    return f"{mm(length)}{SPACE}mm"


def growth_mm(length: Fraction | int) -> str:
    """A signed change of a length with its unit: ``+11.7 mm``."""
    return f"{decimal_text(length, plus=True)}{SPACE}mm"


def pct(change: Fraction | int | None, limits: tuple[Fraction | int, ...] = ()) -> str:
    """A change in percent, signed, without its unit; a dash where there is none.

    It never reads as one of the `limits` that it does not equal: −29.97 stays −29.97 beside a limit of −30.
    """
    return DASH if change is None else percent(change, limits)


def with_pct(change: Fraction | int, limits: tuple[Fraction | int, ...] = ()) -> str:
    """A change with its unit: ``−48.2 %``."""
    return f"{pct(change, limits)}{SPACE}%"


def whole_pct(change: Fraction | int) -> str:
    """A threshold in percent: as many decimals as it has, at most one: ``−30 %``."""
    places = 0 if Fraction(change).denominator == 1 else 1
    return f"{decimal_text(change, places, plus=True)}{SPACE}%"


def whole_mm(length: Fraction | int) -> str:
    """A threshold of growth in mm: ``+5 mm``."""
    places = 0 if Fraction(length).denominator == 1 else 1
    return f"{decimal_text(length, places, plus=True)}{SPACE}mm"


def days(count: int) -> str:
    """A count of days from day 0: ``−7 d``."""
    return f"{decimal_text(count, 0)}{SPACE}d"


def weeks(day_count: int) -> str:
    """Days from day 0 as weeks: ``+6.0 wk``; before day 0 as days."""
    if day_count < 0:
        return days(day_count)
    return f"{decimal_text(Fraction(day_count, 7), plus=True)}{SPACE}wk"


def iso(on: date | None) -> str:
    return DASH if on is None else on.isoformat()


def month_day(on: date) -> str:
    """A date whose year is said beside it: ``06-10``; a month or year known without its day is written whole."""
    return on.isoformat() if isinstance(on, PartialDate) else f"{on:%m-%d}"


def short_iso(on: date) -> str:
    """A date where there is little room: a span of months of one year is ``2010-08/09``."""
    text = iso(on)
    first, _, last = text.partition("/")
    return f"{first}/{last[5:]}" if last and last[:4] == first[:4] else text


def window(first: date, last: date) -> str:
    """A range of dates: without years where they are in one, ``06-04 – 07-02``."""
    if first.year != last.year:
        return f"{iso(first)} – {iso(last)}"
    return f"{month_day(first)} – {month_day(last)}"


def counted(count: int, one: str, many: str) -> str:
    """A count with its noun: ``1 lesion``, ``3 lesions``."""
    return f"{count} {translated(one if count == 1 else many)}"


def listed(names: Sequence[str]) -> str:
    return ", ".join(names)


# --- regions, roles, places ------------------------------------------------------------------------------------------


def region_word(region: Region) -> str:
    return translated("Intrahepatic") if region is Region.INTRAHEPATIC else translated("Extrahepatic")


def role_word(role: LesionRole) -> str:
    match role:
        case LesionRole.TARGET:
            return translated("Target")
        case LesionRole.NONTARGET:
            return translated("Non-target")
        case LesionRole.NEW:
            return translated("New lesion")
    assert_never(role)


def organ_word(organ: Organ) -> str:
    named = {
        Organ.LYMPH_NODE: "Lymph node",
        Organ.LYMPH_NODE_PERIPORTAL: "Periportal node",
        Organ.PORTAL_VEIN: "Portal vein",
        Organ.HEPATIC_VEIN: "Hepatic vein",
        Organ.BILE_DUCT: "Bile duct",
    }
    return translated(named.get(organ, organ.value.capitalize()))


def kind_word(kind: LesionKind) -> str:
    match kind:
        case LesionKind.OTHER:
            return translated("Nodule")
        case LesionKind.LYMPH_NODE:
            return translated("Node")
        case LesionKind.INFILTRATIVE:
            return translated("Infiltrative")
        case LesionKind.TUMOUR_THROMBUS:
            return translated("Tumour thrombus")
        case LesionKind.EFFUSION:
            return translated("Effusion or ascites")
        case LesionKind.BONE:
            return translated("Bone")
    assert_never(kind)


# --- findings --------------------------------------------------------------------------------------------------------


def still_there(region: Region) -> str:
    return translated("viable") if region is Region.INTRAHEPATIC else translated("present")


def gone(region: Region) -> str:
    """What a non-target that no longer counts is called: in the liver it usually stays visible."""
    return translated("no viable tumour") if region is Region.INTRAHEPATIC else translated("absent")


def why_not_evaluable(why: WhyNotEvaluable) -> str:
    match why:
        case WhyNotEvaluable.NOT_IMAGED:
            return translated("not imaged")
        case WhyNotEvaluable.NO_ARTERIAL_PHASE:
            return translated("no arterial phase")
        case WhyNotEvaluable.ARTEFACT:
            return translated("artefact")
        case WhyNotEvaluable.LIPIODOL:
            return translated("lipiodol hides the lesion")
        case WhyNotEvaluable.TREATED:
            return translated("resected or irradiated")
        case WhyNotEvaluable.OTHER:
            return translated("other reason")
        case WhyNotEvaluable.NOT_STATED:
            return translated("reason not stated")
    assert_never(why)


def treatment_word(treated: LocalTreatment) -> str:
    """A local treatment in the middle of a sentence."""
    match treated:
        case LocalTreatment.TACE:
            return translated("TACE")
        case LocalTreatment.ABLATION:
            return translated("ablation")
        case LocalTreatment.RESECTION:
            return translated("resection")
        case LocalTreatment.RADIATION:
            return translated("radiation")
    assert_never(treated)


def treatment_letters(treated: LocalTreatment) -> str:
    """The same where there is little room."""
    match treated:
        case LocalTreatment.TACE:
            return translated("TACE")
        case LocalTreatment.ABLATION:
            return translated("abl.")
        case LocalTreatment.RESECTION:
            return translated("res.")
        case LocalTreatment.RADIATION:
            return translated("RT")
    assert_never(treated)


# --- responses and decisions -----------------------------------------------------------------------------------------


def response_letters(response: Response) -> str:
    """The letters of a response as they stand beside its shape; a dash where there is nothing to respond."""
    return DASH if response is Response.NA else response.value


def response_words(response: Response) -> str:
    match response:
        case Response.CR:
            return translated("complete response")
        case Response.PR:
            return translated("partial response")
        case Response.SD:
            return translated("stable disease")
        case Response.PD:
            return translated("progressive disease")
        case Response.NE:
            return translated("not evaluable")
        case Response.NN:
            return translated("non-CR/non-PD")
        case Response.ND:
            return translated("no disease")
        case Response.NA:
            return translated("not applicable")
    assert_never(response)


def tace_word(output: TaceOutput) -> str:
    match output:
        case TaceOutput.CONTINUE:
            return translated("Continue")
        case TaceOutput.HOLD:
            return translated("Hold")
        case TaceOutput.JUDGEMENT:
            return translated("Needs judgement")
        case TaceOutput.NO_INDICATION:
            return translated("No indication")
        case TaceOutput.STOP_CR:
            return translated("Stop, CR")
        case TaceOutput.STOP_FAILURE:
            return translated("Stop, TACE failure")
        case TaceOutput.STOP_WITHDRAWN:
            return translated("Stop, consent withdrawn")
        case TaceOutput.NOT_YET:
            return translated("Not yet")
        case TaceOutput.COMPLETED:
            return translated("Completed")
        case TaceOutput.SURGERY:
            return translated("Operate")
        case TaceOutput.SEARCH:
            return translated("Search for tumour")
    assert_never(output)


def sorafenib_word(output: SorafenibOutput) -> str:
    match output:
        case SorafenibOutput.CONTINUE:
            return translated("Continue")
        case SorafenibOutput.CONTINUE_ALLOWED:
            return translated("May continue")
        case SorafenibOutput.JUDGEMENT:
            return translated("Needs judgement")
        case SorafenibOutput.SORAFENIB_FAILURE:
            return translated("Stop, sorafenib failure")
        case SorafenibOutput.STOP_WITHDRAWN:
            return translated("Stop, consent withdrawn")
        case SorafenibOutput.STOP_CLINICAL:
            return translated("Stop, clinical worsening")
        case SorafenibOutput.STOP_TOXICITY:
            return translated("Stop, toxicity")
        case SorafenibOutput.CONTINUE_WITH_LRT:
            return translated("Continue, treat the liver")
        case SorafenibOutput.UNTREATABLE_PROGRESSION:
            return translated("Stop, untreatable progression")
        case SorafenibOutput.STOP_PD:
            return translated("Stop, progression")
        case SorafenibOutput.NOT_YET:
            return translated("Not yet")
        case SorafenibOutput.START:
            return translated("Start")
        case SorafenibOutput.COMPLETED:
            return translated("Completed")
    assert_never(output)


def decision_word(output: TaceOutput | SorafenibOutput) -> str:
    return tace_word(output) if isinstance(output, TaceOutput) else sorafenib_word(output)


# --- sentences -------------------------------------------------------------------------------------------------------


def no_lesion(key: str) -> str:
    """How a read begins, with the key of the tool; without one, with its button."""
    if not key:
        return translated("No lesion yet. Choose Target and draw the longest viable diameter on the arterial phase.")
    said = "No lesion yet. Press {key} and draw the longest viable diameter on the arterial phase."
    return translated(said, key=key)


def no_case() -> str:
    return translated("No cases yet. Import a folder or open the demonstration study.")


def recorded(lesion_id: str, visit_id: str, now: Length, before: Length | None = None) -> str:
    """What a toast says of a new diameter: ``IT1 at FU2: 26.8 mm recorded (was 28.1 mm)``."""
    said = translated("{lesion} at {visit}: {now} recorded", lesion=lesion_id, visit=visit_id, now=with_mm(now))
    return said if before is None else said + " " + translated("(was {before})", before=with_mm(before))


def assessed(done: int, total: int, left: Sequence[str]) -> str:
    """How far a time point is read: ``6 of 7 assessed. ENT1 still to do.``"""
    said = translated("{done} of {total} assessed.", done=done, total=total)
    return f"{said} {still_to_do(left)}." if left else said


def still_to_do(left: Sequence[str]) -> str:
    return translated("{lesions} still to do", lesions=listed(left))
