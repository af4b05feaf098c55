"""What is worth a look: at most six cards, each with what happened, why it matters, what to do, and the view that
proves it.

A card's score says how much of the period it is about: from 95 it is high, from 48 medium, below it is worth a review.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from codextime.dashboard.periods import Period
from codextime.dashboard.queries import OverviewQuery
from codextime.dashboard.sums import Sum
from codextime.dashboard.thresholds import Thresholds
from codextime.pricing.credits import Credits

HIGH, MEDIUM = 95, 48  # scores


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What one model used under one label, as the calls of one of the two tiers of price."""

    model: str
    label: str
    is_long_context: bool
    sum: Sum
    credits: Credits


@dataclass(frozen=True, slots=True)
class ThreadUse:
    """A thread with its sub-agents. `context_ratio` is the highest share of its model's context window that a call
    read; `None` if not known."""

    id: int
    name: str
    sum: Sum
    context_ratio: float | None


@dataclass(frozen=True, slots=True)
class ReasoningDay:
    """The day and model with most reasoning among those whose output was mostly that."""

    on: datetime.date
    model: str
    reasoning_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All that the cards are made of."""

    query: OverviewQuery
    period: Period
    thresholds: Thresholds
    uses: Sequence[ModelUse]
    costliest: ThreadUse | None
    fullest: ThreadUse | None
    reasoning: ReasoningDay | None
    whole: Sum = field(init=False)

    def __post_init__(self) -> None:
        whole = Sum()
        for use in self.uses:
            whole.add(use.sum)
        object.__setattr__(self, "whole", whole)

    def share(self, tokens: int) -> float:
        """0 to 1 of the tokens of the period."""
        return tokens / self.whole.tokens.total if self.whole.tokens.total else 0.0


@dataclass(frozen=True, slots=True)
class Insight:
    """`link` leads to the view that proves it."""

    name: str
    score: float
    title: str
    what: str
    why: str
    advice: str
    link: str
    link_text: str

    @property
    def severity(self) -> str:
        return "high" if self.score >= HIGH else "medium" if self.score >= MEDIUM else "review"

    @property
    def severity_text(self) -> str:
        return {"high": _("High"), "medium": _("Medium"), "review": _("Worth a review")}[self.severity]
