"""A signed time point beside what became of it since: which findings, assignments and responses changed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from app import words
from app.assessing import assess_read
from app.models.reading import Reading
from app.reading.read_text import finding_text
from app.state.apply import replay
from app.state.events import Entry, VisitSigned
from app.state.record import Record
from app.state.signatures import SignedVisit
from app.words import translated
from mrecist.case import Read
from mrecist.lesions import Features, Lesion, Observation
from mrecist.results import TimePointResponse
from mrecist.rulesets import RuleSet
from mrecist.values import Response

_SCOPES = ("intrahepatic", "extrahepatic", "composite", "overall")
_SHOWN_BY_WHOLE = "recist-1.1"


@dataclass(frozen=True, slots=True)
class Compared:
    """One line: what it is about, what it was when it was signed, and what it is now."""

    what: str
    then: str
    now: str

    @property
    def differs(self) -> bool:
        return self.then != self.now


@dataclass(frozen=True, slots=True)
class Version:
    """A signature of a time point; `reason`, `by` and `at` (UTC) of its amendment are empty while it stands."""

    signed: SignedVisit
    responses: tuple[Compared, ...]
    lesions: tuple[Compared, ...]
    by: str = ""
    at: str = ""
    reason: str = ""

    @property
    def changes(self) -> int:
        return sum(line.differs for line in (*self.responses, *self.lesions))


def versions_of(
    entries: Sequence[Entry], record: Record, read_id: str, visit_id: str, ruleset: RuleSet
) -> tuple[Version, ...]:
    """Every signature of a time point that the log has, the oldest first, each beside the record as it is now.

    Parameters
    ----------
    entries
        The whole log of the case, in order.
    """
    made = []
    standing = record.signature(read_id, visit_id)
    for kept in record.amendments(read_id, visit_id):
        then = _as_signed(entries, kept.signed)
        if then is not None:
            made.append(
                Version(kept.signed, *_compared(then, record, kept.signed, ruleset), kept.by, kept.at, kept.reason)
            )
    if standing is not None and (then := _as_signed(entries, standing)) is not None:
        made.append(Version(standing, *_compared(then, record, standing, ruleset)))
    return tuple(made)


def changed_responses(reading: Reading) -> tuple[Compared, ...]:
    """The responses of a signed time point that are others now: what they rest on was changed at another one."""
    signed = reading.record.signature(reading.read_id, reading.visit_id)
    if signed is None or reading.response is None:
        return ()
    shown, now = dict(signed.shown), _responses_of(reading.response)
    compared = (Compared(_scope_word(x), _response(shown[x]), _response(now[x])) for x in _SCOPES if x in shown)
    return tuple(one for one in compared if one.differs)


def _as_signed(entries: Sequence[Entry], signed: SignedVisit) -> Record | None:
    """The record as it was when it was signed."""
    for number, entry in enumerate(entries, 1):
        event = entry.event
        if isinstance(event, VisitSigned) and (entry.read_id, event.visit_id, entry.at) == (
            signed.read_id,
            signed.visit_id,
            signed.at,
        ):
            return replay(entries[:number])
    return None


def _compared(
    then: Record, now: Record, signed: SignedVisit, ruleset: RuleSet
) -> tuple[tuple[Compared, ...], tuple[Compared, ...]]:
    read_id, visit_id = signed.read_id, signed.visit_id
    shown = dict(signed.shown) or _responses(then, read_id, visit_id, ruleset)
    found = _responses(now, read_id, visit_id, ruleset)
    scopes = [scope for scope in _SCOPES if scope in shown or scope in found]
    responses = tuple(Compared(_scope_word(x), _response(shown.get(x)), _response(found.get(x))) for x in scopes)
    old, new = then.read(read_id), now.read(read_id)
    lesions = tuple(_lesions(old, new, visit_id, ruleset.name == _SHOWN_BY_WHOLE)) if old and new else ()
    return responses, (*lesions, *_justified(then, now, visit_id))


def _justified(then: Record, now: Record, visit_id: str) -> Iterator[Compared]:
    """A line for each finding about the time point itself that was accepted for another reason, or since."""
    before, after = (dict(v.justified) if (v := x.visit(visit_id)) is not None else {} for x in (then, now))
    for rule in {**before, **after}:
        if before.get(rule) != after.get(rule):
            what = translated("{rule} kept because", rule=rule)
            yield Compared(what, _value(before.get(rule)), _value(after.get(rule)))


def _responses(record: Record, read_id: str, visit_id: str, ruleset: RuleSet) -> dict[str, str]:
    point = assess_read(record, read_id, ruleset).timepoint(visit_id)
    return {} if point is None else _responses_of(point)


def _responses_of(point: TimePointResponse) -> dict[str, str]:
    return {
        "intrahepatic": point.intrahepatic.response.value,
        "extrahepatic": point.extrahepatic.response.value,
        "composite": point.composite.value,
        "overall": point.overall.response.value,
    }


def _lesions(old: Read, new: Read, visit_id: str, by_whole: bool) -> Iterator[Compared]:
    """A line for each lesion's finding; further lines where it is assigned otherwise or another answer was given."""
    names = dict.fromkeys([x.id for x in old.lesions] + [x.id for x in new.lesions])
    for name in names:
        before, after = old.lesion(name), new.lesion(name)
        seen, sees = old.observation(visit_id, name), new.observation(visit_id, name)
        if seen is None and sees is None:
            continue
        yield Compared(name, _finding(before, seen, by_whole), _finding(after, sees, by_whole))
        if before is not None and after is not None and _assigned(before) != _assigned(after):
            yield Compared(translated("{lesion} assigned", lesion=name), _assigned(before), _assigned(after))
        if seen is not None and sees is not None:
            yield from _answers(name, seen.features, sees.features)


def _finding(lesion: Lesion | None, seen: Observation | None, by_whole: bool) -> str:
    return words.DASH if lesion is None or seen is None else finding_text(lesion, seen.finding, by_whole)


def _assigned(lesion: Lesion) -> str:
    segments = f" S{'/'.join(lesion.segments)}" if lesion.segments else ""
    parts = (words.role_word(lesion.role), f"{words.organ_word(lesion.organ)}{segments}", lesion.site)
    return ", ".join(part for part in (*parts, words.kind_word(lesion.kind)) if part)


def _answers(name: str, then: Features, now: Features) -> Iterator[Compared]:
    for told in fields(Features):
        before, after = getattr(then, told.name), getattr(now, told.name)
        if before != after and told.name != "overrides":
            yield Compared(f"{name} {told.name.replace('_', ' ')}", _value(before), _value(after))
    yield from _kept(name, dict(then.overrides), dict(now.overrides))


def _kept(name: str, then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Compared]:
    """A line for each rule that the reader went against for another reason, or since, or no longer."""
    for rule in {**then, **now}:
        if then.get(rule) != now.get(rule):
            what = translated("{lesion}: {rule} kept because", lesion=name, rule=rule)
            yield Compared(what, _value(then.get(rule)), _value(now.get(rule)))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return translated("yes") if value else translated("no")
    return words.DASH if value in (None, "") else str(value)


def _scope_word(scope: str) -> str:
    named = {
        "intrahepatic": translated("Intrahepatic"),
        "extrahepatic": translated("Extrahepatic"),
        "composite": translated("Composite"),
        "overall": translated("Overall"),
    }
    return named[scope]


def _response(value: str | None) -> str:
    return words.DASH if value is None else words.response_letters(Response(value))
