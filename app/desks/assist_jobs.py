"""What the assistant does on a worker: from what was clicked to a proposal. No Qt."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field

from app.reading import assisting
from app.reading.assisting import CarriedReference
from app.reading.marking import Intent
from app.state.record import SeriesRef
from app.tasks import Cancelled, Token
from viewers.imaging.assist import Prepared, Start, prepare
from viewers.imaging.assisted import AssistSettings
from viewers.imaging.errors import Cancelled as ImagingCancelled
from viewers.imaging.lesion_shape import Proposal, proposal_of
from viewers.imaging.reference import ReferenceRegion
from viewers.imaging.volume import Volume


@dataclass(frozen=True, slots=True)
class Asked:
    """What was clicked: on which series of which time point, and for what."""

    number: int
    series: SeriesRef
    visit_id: str
    start: Start
    intent: Intent | None
    settings: AssistSettings = field(default_factory=AssistSettings)
    reference: ReferenceRegion | None = None
    reference_from: str = assisting.PROPOSED
    carried: CarriedReference | None = None


def load_libraries(_token: Token) -> None:
    """What the algorithm needs takes a while to load the first time: it is there when the reader has clicked."""
    for name in ("scipy.ndimage", "SimpleITK"):
        importlib.import_module(name)


def prepared_proposal(volume: Volume, asked: Asked, token: Token) -> tuple[Proposal, str]:
    """The proposal, and where its reference is from; runs on a worker."""
    try:
        if asked.carried is not None:
            made = _prepare(volume, asked, asked.carried.region, token)
            if asked.carried.is_like(made.reference):
                return proposal_of(made, asked.settings), asked.carried.source
        made = _prepare(volume, asked, asked.reference, token)
        return proposal_of(made, asked.settings), asked.reference_from
    except ImagingCancelled as stopped:
        raise Cancelled from stopped


def _prepare(volume: Volume, asked: Asked, reference: ReferenceRegion | None, token: Token) -> Prepared:
    return prepare(volume, asked.start, reference=reference, progress=token.progress, cancelled=token.cancelled)
