"""The signatures of a read, as the report prints them."""

from __future__ import annotations

from collections.abc import Iterator

from app import words
from app.exports.exported import ExportedRead
from app.models.hiding import hidden_words
from app.models.signoff import meaning_word
from app.report.blocks import Column, Heading, Text, table
from app.report.sheets import Block
from app.state.signatures import AmendedVisit
from app.theme import Face, Theme
from app.words import translated


def signature_blocks(one: ExportedRead, theme: Theme) -> Iterator[Block]:
    """Every signature with its meaning, what it leaves open, those that were amended, and what was shown early."""
    record, read_id = one.record, one.read.id
    yield Heading(theme, translated("Signatures"))
    signed = [x for x in record.signed if x.read_id == read_id]
    if not signed:
        yield Text(theme, translated("No time point is signed: this is a draft."), "signal.amber")
    columns = (
        Column(translated("Point"), 40), Column(translated("Signed by"), 120), Column(translated("At (UTC)"), 120),
        Column(translated("Meaning"), 100), Column(translated("Rule set"), 110),
        Column(translated("Hash of the log up to there"), 300),
    )  # fmt: skip
    if signed:
        rows = [(x.visit_id, x.by, _at(x.at), meaning_word(x.meaning), x.ruleset, _in_two(x.head)) for x in signed]
        yield from table(theme, columns, rows)
    for x in signed:
        if x.left_open:
            points = words.listed(x.left_open)
            said = translated("{visit} was signed with this open: {points}.", visit=x.visit_id, points=points)
            yield Text(theme, said, "text.2", Face.SMALL, above=4)
    for kept in record.amended:
        if kept.signed.read_id == read_id:
            yield Text(theme, _amended(kept), "text.2", Face.SMALL, above=4)
    for lifting in record.mode(read_id).lifted:
        said = translated(
            "Shown to the reader from {at} UTC on: {what}.", at=_at(lifting.at), what=hidden_words(lifting.what)
        )
        yield Text(theme, f"{said} {lifting.by}: {lifting.reason}", "text.2", Face.SMALL, above=4)
    told = translated("The log of this case ends with {head}.", head=one.head)
    anchor = translated("`verify --head` holds a database against it.")
    yield Text(theme, f"{told} {anchor}", "text.2", Face.SMALL, above=4)


def _at(at: str) -> str:
    return at[:19].replace("T", " ")


def _amended(kept: AmendedVisit) -> str:
    """A signature that no longer stands: whose, when, what was signed, and why it was opened again."""
    old = kept.signed
    shown = ", ".join(f"{scope} {response}" for scope, response in old.shown)
    told = translated("{visit}, signed by {by} at {at} UTC", visit=old.visit_id, by=old.by, at=_at(old.at))
    said = f"{told} ({shown})" if shown else told
    again = translated("was amended by {by} at {at} UTC: {reason}", by=kept.by, at=_at(kept.at), reason=kept.reason)
    return f"{said}, {again}"


def _in_two(digest: str) -> str:
    """A hash on two lines, so that no column cuts it."""
    return f"{digest[:32]}\n{digest[32:]}"
