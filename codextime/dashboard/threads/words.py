"""Figures of threads as text."""

import datetime
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from codextime.lib import formats
from codextime.pricing.credits import Credits

FEW_MODELS = 2


def describe_duration(duration: datetime.timedelta | None) -> str:
    """A dash where there is none to know."""
    return formats.NONE if duration is None else formats.duration(duration)


def describe_models(models: Mapping[str, int]) -> str:
    """The names with the most tokens first; what is beyond two is a number."""
    names = sorted(models, key=lambda name: (-models[name], name))
    more = len(names) - FEW_MODELS
    if more <= 0:
        return ", ".join(names)
    rest = ngettext("%(number)s more", "%(number)s more", more) % {"number": more}
    return ", ".join([*names[:FEW_MODELS], rest])


def describe_credits(credits_: Credits) -> str:
    """Without decimals from 100 on; `~` before what was made from USD rates."""
    if not credits_.is_known:
        return formats.NONE if not credits_.tokens else _("unknown")
    amount = credits_.amount
    text = formats.compact(round(amount)) if amount >= 100 else formats.written(f"{amount:.1f}")
    return f"~{text}" if credits_.mark == "inferred" else text


def explain_credits(credits_: Credits) -> str:
    """The exact amount, and how it is known, for tooltips."""
    if not credits_.is_known:
        return _("These models have no credit rate.") if credits_.tokens else ""
    exact = _("%(amount)s credits") % {"amount": formats.exact_amount(credits_.amount)}
    if credits_.missing_tokens:
        share = formats.percent(credits_.known_share)
        return f"{exact}, " + _("of %(share)s of the tokens; the rest has no credit rate") % {"share": share}
    return f"{exact}, " + _("made from USD rates") if credits_.inferred_tokens else exact


def describe_context(share: float | None) -> str:
    return _("unknown") if share is None else formats.percent(share)


def explain_context(share: float | None, highest_input_tokens: int) -> str:
    largest = _("The largest call read %(tokens)s tokens") % {"tokens": formats.exact(highest_input_tokens)}
    return f"{largest}." if share is not None else largest + _("; no context window of its model is known.")


def describe_cached(share: float, input_tokens: int) -> str:
    return formats.percent(share) if input_tokens else formats.NONE
