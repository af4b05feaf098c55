"""The ledger of corrections, in words that are ready to print."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from codextime.lib import formats
from codextime.usage.ledger import place_of
from codextime.usage.models import EXACT_REVISION, Correction

LINES_PER_PAGE = 100

WHY: dict[str, str] = {
    Correction.Reason.RECOUNTED: gettext_noop("counted anew"),
    Correction.Reason.COMPLETED: gettext_noop("logs that tell more"),
    Correction.Reason.COPIED_HISTORY: gettext_noop("copied history"),
    Correction.Reason.DUPLICATE: gettext_noop("counted twice"),
    Correction.Reason.IMPOSSIBLE: gettext_noop("cannot have happened"),
    Correction.Reason.FORGOTTEN: gettext_noop("taken back by “forget”"),
    Correction.Reason.BROUGHT_BACK: gettext_noop("brought back by you"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One change of one call; the call's time is the one that it had before."""

    made_at: datetime.datetime
    at: datetime.datetime
    model: str
    before: str
    after: str
    difference: str
    why: str
    counter: str


@dataclass(frozen=True, slots=True)
class Page:
    """`following` is the address of older lines, empty on the last page."""

    lines: list[Line]
    following: str
    is_first: bool


def build_page(corrections: Sequence[Correction], *, is_first: bool) -> Page:
    """Of up to `LINES_PER_PAGE` corrections and one more, which only says that there is another page."""
    shown = corrections[:LINES_PER_PAGE]
    has_more = len(corrections) > len(shown)
    following = "?" + urlencode({"after": place_of(shown[-1])}) if has_more else ""
    return Page([build_line(correction) for correction in shown], following, is_first)


def build_line(correction: Correction) -> Line:
    before, after = int(correction.tokens_before), int(correction.tokens_after)
    return Line(
        made_at=correction.made_at,
        at=correction.at,
        model=correction.model.name,
        before=formats.exact(before),
        after=formats.exact(after),
        difference=("+" if after > before else "") + formats.exact(after - before),
        why=_(WHY[correction.reason]),
        counter=describe_counter(correction.revision),
    )


def describe_counter(revision: int) -> str:
    """The version of the counter that said so, and whether it read the call exactly."""
    kind = _("exact") if revision >= EXACT_REVISION else _("estimate")
    return f"{revision % EXACT_REVISION}, {kind}"
