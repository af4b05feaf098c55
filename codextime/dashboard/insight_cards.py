"""The cards of `insights`, each a rule over what was read."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from codextime.dashboard import addresses
from codextime.dashboard.insight_presets import calls_link
from codextime.dashboard.insights import MEDIUM, Insight, Reading
from codextime.dashboard.sums import Sum
from codextime.lib import counts, formats
from codextime.lib.tokens import LONG_CONTEXT_TOKENS
from codextime.pricing.credits import NO_CREDITS, Credits

MOST_CARDS = 6


def build_insights(reading: Reading) -> list[Insight]:
    found = (card for find in CARDS for card in find(reading))
    return sorted(found, key=lambda card: -card.score)[:MOST_CARDS]


def costliest_thread(reading: Reading) -> Iterator[Insight]:
    thread = reading.costliest
    if thread is None or float(thread.sum.usd) < reading.thresholds.high_cost_usd:
        return
    share = float(thread.sum.usd / reading.whole.usd) if reading.whole.usd else 0.0
    yield Insight(
        "costliest-thread",
        MEDIUM + share * (100 - MEDIUM),
        _("One thread is %(share)s of the estimate") % {"share": formats.percent(min(share, 1.0))},
        _("%(thread)s: %(usd)s in %(calls)s.")
        % {
            "thread": thread.name,
            "usd": formats.usd(thread.sum.usd),
            "calls": counts.calls(thread.sum.calls),
        },
        _("Each call of a long thread reads what was said before it once more."),
        _("Begin a new thread for a new task, and hand over a short summary."),
        addresses.find_thread(thread.id),
        _("Look at the thread"),
    )


def low_cache_reuse(reading: Reading) -> Iterator[Insight]:
    """Under the model and label that read most uncached input of those with little reuse."""
    limits = reading.thresholds
    by_use: dict[tuple[str, str], Sum] = {}
    for use in reading.uses:
        by_use.setdefault((use.model, use.label), Sum()).add(use.sum)
    poor = {
        key: sum_
        for key, sum_ in by_use.items()
        if sum_.cached_share < limits.low_cache_ratio
        and sum_.tokens.uncached_input_tokens >= limits.high_uncached_input_tokens
    }
    if not poor:
        return
    (model, label), sum_ = max(poor.items(), key=lambda item: item[1].tokens.uncached_input_tokens)
    uncached = sum_.tokens.uncached_input_tokens
    yield Insight(
        "low-cache",
        30 + 70 * reading.share(uncached),
        _("Little of the input was cached"),
        _("%(model)s under %(label)s: %(share)s of %(tokens)s input tokens came from the cache.")
        % {
            "model": model,
            "label": label,
            "share": formats.percent(sum_.cached_share),
            "tokens": formats.compact(sum_.tokens.input_tokens),
        },
        _("Cached input costs a fraction of fresh input, and answers begin sooner."),
        _("Keep the beginning of a session the same, and go on with it before its cache is cold."),
        calls_link(reading.period, model=model, label=label, sort="-input"),
        _("Show these calls"),
    )


def full_context(reading: Reading) -> Iterator[Insight]:
    thread = reading.fullest
    if thread is None or thread.context_ratio is None:
        return
    if thread.context_ratio < reading.thresholds.elevated_context_ratio:
        return
    is_high = thread.context_ratio >= reading.thresholds.high_context_ratio
    yield Insight(
        "context",
        min(100.0, (40 if is_high else 10) + 60 * thread.context_ratio),
        _("A thread filled %(share)s of its context") % {"share": formats.percent(min(thread.context_ratio, 1.0))},
        _("%(thread)s, with %(calls)s and %(tokens)s tokens.")
        % {
            "thread": thread.name,
            "calls": counts.calls(thread.sum.calls),
            "tokens": formats.compact(thread.sum.tokens.total),
        },
        _("The fuller the context, the more each call reads, and the sooner it is compacted."),
        _("Compact earlier, or split the task over several threads."),
        addresses.find_thread(thread.id),
        _("Look at its context"),
    )


def unpriced(reading: Reading) -> Iterator[Insight]:
    estimate = reading.whole.estimate
    if not estimate.unpriced_tokens:
        return
    models = sorted({use.model for use in reading.uses if use.sum.estimate.unpriced_tokens})
    yield Insight(
        "unpriced",
        40 + 60 * (1 - estimate.priced_share),
        _("%(share)s of the tokens have no public rate") % {"share": formats.percent(1 - estimate.priced_share)},
        ", ".join(models[:4]) + (" …" if len(models) > 4 else ""),
        _("The estimate leaves them out: it is lower than what the same calls would have cost."),
        _("If you know the rates, name your own; a new public rate is used from its date on by itself."),
        calls_link(reading.period, price="unpriced"),
        _("Show calls without a rate"),
    )


def old_evidence(reading: Reading) -> Iterator[Insight]:
    today = reading.period.today
    old = {rate.model for rate in reading.whole.estimate.rates if rate.holds(today) and rate.is_old(today)}
    if not old:
        return
    tokens = sum(use.sum.tokens.total for use in reading.uses if {rate.model for rate in use.sum.estimate.rates} & old)
    yield Insight(
        "old-rates",
        20 + 25 * reading.share(tokens),
        _("Some rates were last checked over 90 days ago"),
        _("%(models)s: %(share)s of the tokens.")
        % {"models": ", ".join(sorted(old)), "share": formats.percent(reading.share(tokens))},
        _("A rate may have changed since, and the estimate with it."),
        _("Compare them with the official page before you rely on the figure."),
        reverse("estimate") + reading.query.link(),
        _("Look at the rates used"),
    )


def reasoning_spike(reading: Reading) -> Iterator[Insight]:
    day = reading.reasoning
    if day is None:
        return
    share = day.reasoning_tokens / day.output_tokens
    of_all = day.reasoning_tokens / max(1, reading.whole.tokens.output_tokens)
    yield Insight(
        "reasoning",
        35 + 60 * of_all,
        _("%(share)s of a day's output was reasoning") % {"share": formats.percent(share)},
        _("%(model)s on %(date)s: %(tokens)s reasoning tokens.")
        % {"model": day.model, "date": formats.day(day.on), "tokens": formats.compact(day.reasoning_tokens)},
        _("Reasoning is priced as output, and nobody reads it."),
        _("Use a lower reasoning effort for small tasks."),
        addresses.find_calls(day.on, day.on, model=day.model, sort="-reasoning"),
        _("Show that day's calls"),
    )


def long_context(reading: Reading) -> Iterator[Insight]:
    sum_ = Sum()
    for use in reading.uses:
        if use.is_long_context:
            sum_.add(use.sum)
    if not sum_.calls:
        return
    yield Insight(
        "long-context",
        30 + 70 * reading.share(sum_.tokens.total),
        _("%(calls)s read more than %(tokens)s tokens")
        % {"calls": counts.calls(sum_.calls), "tokens": formats.exact(LONG_CONTEXT_TOKENS)},
        _("%(share)s of the tokens, %(value)s.")
        % {"share": formats.percent(reading.share(sum_.tokens.total)), "value": sum_.value},
        _("Models with a long-context tier charge more for the whole call beyond that."),
        _("Compact, or begin a new thread, before a context grows that long."),
        calls_link(reading.period, long="yes"),
        _("Show long-context calls"),
    )


def credits_used(reading: Reading) -> Iterator[Insight]:
    credits_ = sum((use.credits for use in reading.uses), start=NO_CREDITS)
    if not credits_.is_known or credits_.amount < Decimal(1):
        return
    yield Insight(
        "credits",
        20 + 20 * credits_.known_share,
        _("About %(credits)s Codex credits") % {"credits": formats.compact(int(credits_.amount))},
        describe_credit_rates(credits_),
        _("Plans with credits are used up by them, whatever the API would have cost."),
        _("Compare with what your plan includes."),
        reverse("estimate") + reading.query.link(),
        _("Look at their price lines"),
    )


def describe_credit_rates(credits_: Credits) -> str:
    text = _("%(share)s of the tokens have a credit rate.") % {"share": formats.percent(credits_.known_share)}
    if not credits_.inferred_tokens:
        return text
    share = formats.percent(credits_.inferred_tokens / credits_.tokens)
    return f"{text} " + _("For %(share)s it is inferred from the API rate.") % {"share": share}


CARDS: Sequence[Callable[[Reading], Iterator[Insight]]] = (
    costliest_thread,
    low_cache_reuse,
    full_context,
    unpriced,
    reasoning_spike,
    long_context,
    credits_used,
    old_evidence,
)
