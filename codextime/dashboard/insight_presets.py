"""Views to start from: each with its filter, its order and what it is for."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from codextime.dashboard import addresses
from codextime.dashboard.periods import Period


@dataclass(frozen=True, slots=True)
class Preset:
    """A view with its filter and order, and what it is for."""

    name: str
    link: str
    caption: str


def build_presets(period: Period) -> list[Preset]:
    threads = addresses.find_threads()
    return [
        Preset(_("Costliest threads"), f"{threads}?sort=-estimate", _("By their estimate, sub-agents included.")),
        Preset(_("Fullest contexts"), f"{threads}?sort=-context", _("By the highest share of a context window.")),
        Preset(_("Poorest cache reuse"), f"{threads}?sort=cached", _("By the share of input that was cached.")),
        Preset(_("Most credits"), f"{threads}?sort=-credits", _("By Codex credits.")),
        Preset(_("Largest calls"), calls_link(period, sort="-tokens"), _("Of this period, by tokens.")),
        Preset(_("Without a rate"), calls_link(period, price="unpriced"), _("What the estimate leaves out.")),
        Preset(
            _("Rates of third parties"),
            calls_link(period, price="estimated"),
            _("Priced, but not by an official page."),
        ),
    ]


def calls_link(period: Period, **filters: str) -> str:
    """The calls of the period, filtered and sorted."""
    return addresses.find_calls(period.first, period.last, **filters)
