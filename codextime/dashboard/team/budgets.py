"""Budgets of tokens for a calendar month: how much of each is used, and which are passed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from codextime.dashboard.charts import at_percent
from codextime.lib import formats

NEAR = 0.8  # from here on a budget is said to be nearly used up


@dataclass(frozen=True, slots=True)
class Budget:
    """`state` is `passed`, `near` or empty; `mark` says it in words. `width` is that of the bar, at most all of it."""

    name: str
    used: str
    exact: str
    percent: str
    width: str
    state: str
    mark: str


@dataclass(frozen=True, slots=True)
class Budgets:
    """Of the month `title`: the team's own, and those of seats that are nearly used up or passed. `more` is how many
    of these do not stand here, `calm` says that there are none; either may be empty."""

    title: str
    team: Budget | None
    seats: Sequence[Budget]
    more: str
    calm: str


MOST_BUDGETS = 5  # of seats on a page


@dataclass(frozen=True, slots=True)
class Spent:
    """What something with a budget used of it in a month."""

    name: str
    tokens: int
    budget: int


def build_budgets(title: str, team: Spent | None, seats: Sequence[Spent]) -> Budgets | None:
    """Of the seats those that are nearly used up or passed, the fullest first; `None` without any budget."""
    if team is None and not seats:
        return None
    full = sorted(
        (seat for seat in seats if seat.tokens >= NEAR * seat.budget), key=lambda seat: -seat.tokens / seat.budget
    )
    more = len(full) - MOST_BUDGETS
    return Budgets(
        title=title,
        team=build_budget(team) if team else None,
        seats=[build_budget(seat) for seat in full[:MOST_BUDGETS]],
        more=ngettext("and %(count)s more", "and %(count)s more", more) % {"count": formats.exact(more)}
        if more > 0
        else "",
        calm=_("No seat is near its budget.") if seats and not full else "",
    )


def build_budget(spent: Spent) -> Budget:
    name, tokens, budget = spent.name, spent.tokens, spent.budget
    share = tokens / budget
    state = "passed" if tokens > budget else "near" if share >= NEAR else ""
    return Budget(
        name=name,
        used=_("%(used)s of %(budget)s") % {"used": formats.compact(tokens), "budget": formats.compact(budget)},
        exact=_("%(used)s of %(budget)s tokens") % {"used": formats.exact(tokens), "budget": formats.exact(budget)},
        percent=formats.percent(share),
        width=at_percent(min(share, 1.0)),
        state=state,
        mark=describe(tokens, budget, state),
    )


def describe(tokens: int, budget: int, state: str) -> str:
    if state == "passed":
        return _("passed by %(count)s") % {"count": formats.compact(tokens - budget)}
    return _("nearly used up") if state else ""
