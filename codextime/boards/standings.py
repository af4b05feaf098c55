"""Where somebody stands on a board, as they see it themselves."""

from dataclasses import dataclass

from codextime.boards.addresses import path_of
from codextime.boards.periods import Measure, Period
from codextime.lib import formats


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
        gap = above[1] - value
        note = (
            f"{measure.text(gap)}{'' if measure.name == 'active_days' else ' tokens'} to rank {formats.exact(above[0])}"
        )
    else:
        note = "nobody is above"
    return Standing(
        handle=handle,
        board=describe_board(period, measure),
        path=path_of(period, measure),
        rank=formats.exact(rank),
        value=measure.text(value),
        exact=measure.exact(value),
        note=f"of {formats.exact(listed)} · {note}",
        held=describe_held(held),
        number=rank,
        score=value,
    )


def build_unranked(handle: str, period: Period, measure: Measure, *, note: str, held: int) -> Standing:
    board, path = describe_board(period, measure), path_of(period, measure)
    return Standing(handle, board, path, "", "", "", note, describe_held(held))


def describe_board(period: Period, measure: Measure) -> str:
    names = {"tokens": "tokens", "output_tokens": "output tokens", "active_days": "active days"}
    return f"{names[measure.name]} {period.within}, UTC"


def describe_held(number: int) -> str:
    return f"{formats.plural(number, 'date')} held" if number else ""
