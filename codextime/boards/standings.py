"""Where somebody stands on a board, as they see it themselves."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from codextime.boards.addresses import path_of
from codextime.boards.periods import Measure, Period
from codextime.lib import counts, formats


@dataclass(frozen=True, slots=True)
class Standing:
    """`path` is the address of the board. `rank` is empty for who has no score in the period; `note` says what is
    missing to the next rank, or why there is no rank; `held` how many dates do not rank."""

    handle: str
    board: str
    path: str
    rank: str
    value: str
    exact: str
    note: str
    held: str
    number: int = 0  # the rank, for who compares
    score: int = 0

    @property
    def is_ranked(self) -> bool:
        return bool(self.rank)


def build_ranked(
    handle: str,
    period: Period,
    measure: Measure,
    *,
    rank: int,
    value: int,
    listed: int,
    above: tuple[int, int] | None,
    held: int,
) -> Standing:
    """`above` is the (rank, value) that comes next; `None` at the top."""
    if above:
        gap = measure.text(above[1] - value)
        text = _("%(gap)s to rank %(rank)s") if measure.name == "active_days" else _("%(gap)s tokens to rank %(rank)s")
        note = text % {"gap": gap, "rank": formats.exact(above[0])}
    else:
        note = _("nobody is above")
    return Standing(
        handle=handle,
        board=describe_board(period, measure),
        path=path_of(period, measure),
        rank=formats.exact(rank),
        value=measure.text(value),
        exact=measure.exact(value),
        note=_("of %(count)s") % {"count": formats.exact(listed)} + f" · {note}",
        held=describe_held(held),
        number=rank,
        score=value,
    )


def build_unranked(handle: str, period: Period, measure: Measure, *, note: str, held: int) -> Standing:
    board, path = describe_board(period, measure), path_of(period, measure)
    return Standing(handle, board, path, "", "", "", note, describe_held(held))


def describe_board(period: Period, measure: Measure) -> str:
    names = {"tokens": _("tokens"), "output_tokens": _("output tokens"), "active_days": _("active days")}
    return _("%(measure)s %(within)s, UTC") % {"measure": names[measure.name], "within": _(period.within)}


def describe_held(number: int) -> str:
    return _("%(dates)s held") % {"dates": counts.dates(number)} if number else ""
