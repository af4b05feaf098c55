"""When a UTC date does not rank until somebody looked at it. Pure; the reasons behind the numbers are in
`docs/decisions/held-dates.md`."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from codextime.boards.models import HeldDate
from codextime.lib import formats
from codextime.pricing.rates import RATES, find_listed_name

MOST_CALLS = 600  # a minute: ten a second
MOST_TOKENS = 40_000_000  # a minute
MOST_OUTPUT_TOKENS = 2_000_000  # a minute
TOLERANCE = datetime.timedelta(days=1)  # clocks of users, and releases that begin somewhere before midnight UTC
# A released date counts: this is as much as the sums of a hundred years still hold (63 bits).
MOST_RELEASABLE = 10**11

# Models that Codex had before the API, whose first rate is what `pricing` knows.
RELEASED_IN_CODEX = {
    "gpt-5-codex": datetime.date(2025, 9, 15),
    "gpt-5.1-codex-max": datetime.date(2025, 11, 19),
    "gpt-5.2-codex": datetime.date(2025, 12, 18),
    "gpt-5.3-codex": datetime.date(2026, 2, 5),
}


@dataclass(frozen=True, slots=True)
class BusiestMinutes:
    """The most calls, tokens and output tokens that single minutes of one UTC date have."""

    calls: int
    tokens: int
    output_tokens: int


Findings = dict[str, str]  # what `HeldDate` keeps: finding by reason


def find_implausible(on: datetime.date, busiest: BusiestMinutes, models: Iterable[str]) -> Findings:
    """Why the date should not rank; empty for a plausible one."""
    checks = (
        (HeldDate.Reason.CALLS, busiest.calls, MOST_CALLS),
        (HeldDate.Reason.TOKENS, busiest.tokens, MOST_TOKENS),
        (HeldDate.Reason.OUTPUT, busiest.output_tokens, MOST_OUTPUT_TOKENS),
    )
    findings: Findings = {reason.value: str(found) for reason, found, most in checks if found > most}
    early = sorted(model for model in models if is_before_release(model, on))
    return findings | ({HeldDate.Reason.EARLY_MODEL.value: describe_models(early)} if early else {})


def describe_models(early: list[str]) -> str:
    """With their number, so that a released date is judged anew once it has another one."""
    return early[0] if len(early) == 1 else f"{early[0]} and {len(early) - 1} more"


def is_before_release(model: str, on: datetime.date) -> bool:
    released_on = find_release(model)
    return released_on is not None and on < released_on - TOLERANCE


def find_release(model: str) -> datetime.date | None:
    """The first date on which the model is known to have been there; `None` for a model without dated rates."""
    listed = find_listed_name(model)
    dates = [rate.effective_from for rate in RATES.get(listed, ())]
    if listed in RELEASED_IN_CODEX:
        dates.append(RELEASED_IN_CODEX[listed])
    return min(dates, default=None)


def is_releasable(held: HeldDate) -> bool:
    return held.reason == HeldDate.Reason.EARLY_MODEL or int(held.finding) <= MOST_RELEASABLE


def explain(held: HeldDate) -> str:
    """The sentence for the owner."""
    if held.reason == HeldDate.Reason.EARLY_MODEL:
        model, _, more = held.finding.partition(" ")
        released_on = find_release(model)
        release = formats.day(released_on) if released_on else "its release"
        return f"{model} was used before {release}{f', {more} before theirs' if more else ''}."
    most, unit = {
        HeldDate.Reason.CALLS: (MOST_CALLS, "calls"),
        HeldDate.Reason.TOKENS: (MOST_TOKENS, "tokens"),
        HeldDate.Reason.OUTPUT: (MOST_OUTPUT_TOKENS, "output tokens"),
    }[HeldDate.Reason(held.reason)]
    return f"{formats.exact(int(held.finding))} {unit} in one minute; up to {formats.exact(most)} rank."
