"""When a UTC date does not rank until somebody looked at it. Pure; the reasons behind the numbers are in
`docs/decisions/held-dates.md`."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from codextime.boards.models import HeldDate
from codextime.lib import formats
from codextime.pricing.rates import PACKAGED, RATES, find_listed_name

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
class Limit:
    most: int
    what: str  # is counted, after its number


Reason = HeldDate.Reason
LIMITS = {
    Reason.CALLS: Limit(600, gettext_noop("calls in one minute")),  # ten a second
    Reason.TOKENS: Limit(40_000_000, gettext_noop("tokens in one minute")),
    Reason.OUTPUT: Limit(2_000_000, gettext_noop("output tokens in one minute")),
    Reason.CALL: Limit(10_000_000, gettext_noop("tokens in one call")),
    Reason.HOUR: Limit(1_200_000_000, gettext_noop("tokens in one hour")),
    Reason.HOUR_OUTPUT: Limit(36_000_000, gettext_noop("output tokens in one hour")),
}

Busiest = Mapping[HeldDate.Reason, int]  # the most that one UTC date has of what each limit is about
Findings = dict[str, str]  # what `HeldDate` keeps: finding by reason


def find_implausible(on: datetime.date, busiest: Busiest, models: Iterable[str]) -> Findings:
    """Why the date should not rank; empty for a plausible one."""
    findings: Findings = {
        reason.value: str(busiest[reason]) for reason, limit in LIMITS.items() if busiest[reason] > limit.most
    }
    early = sorted(model for model in models if is_before_release(model, on))
    return findings | ({Reason.EARLY_MODEL.value: describe_models(early)} if early else {})


def describe_models(early: list[str]) -> str:
    """With their number, so that a released date is judged anew once it has another one."""
    return early[0] if len(early) == 1 else f"{early[0]} and {len(early) - 1} more"


def is_before_release(model: str, on: datetime.date) -> bool:
    released_on = find_release(model)
    return released_on is not None and on < released_on - TOLERANCE


def find_release(model: str) -> datetime.date | None:
    """The first date on which the model is known to have been there; `None` for a model without dated rates."""
    listed = find_listed_name(model, RATES, PACKAGED)
    dates = [rate.effective_from for rate in RATES.get(listed, ())]
    if listed in RELEASED_IN_CODEX:
        dates.append(RELEASED_IN_CODEX[listed])
    return min(dates, default=None)


def is_releasable(held: HeldDate) -> bool:
    return held.reason == Reason.EARLY_MODEL or int(held.finding) <= MOST_RELEASABLE


def explain(held: HeldDate) -> str:
    """The sentence for the owner."""
    if held.reason == Reason.EARLY_MODEL:
        model, _space, more = held.finding.partition(" ")
        released_on = find_release(model)
        release = formats.day(released_on) if released_on else _("its release")
        text = (
            _("%(model)s was used before %(release)s, %(more)s before theirs.")
            if more
            else _("%(model)s was used before %(release)s.")
        )
        return text % {"model": model, "release": release, "more": more}
    limit = LIMITS[Reason(held.reason)]
    return _("%(count)s %(what)s; up to %(most)s rank.") % {
        "count": formats.exact(int(held.finding)),
        "what": _(limit.what),
        "most": formats.exact(limit.most),
    }
