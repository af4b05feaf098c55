"""The key figures of a day."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from codextime.dashboard.charts.bars import Bucket
from codextime.dashboard.figures import (
    Activity,
    KeyFigure,
    cached_figure,
    calls_figure,
    tokens_figure,
    value_figure,
)
from codextime.dashboard.timeline import describe
from codextime.lib import formats


def build_day_figures(activity: Activity, hours: Sequence[Bucket]) -> list[KeyFigure]:
    """`hours` are those of the day, also those without calls."""
    return [
        tokens_figure(activity),
        value_figure(activity),
        calls_figure(activity),
        cached_figure(activity),
        active_hours_figure(hours),
        busiest_hour_figure(hours),
    ]


def active_hours_figure(hours: Sequence[Bucket]) -> KeyFigure:
    count = sum(describe(hour)[1].calls > 0 for hour in hours)
    title = _("%(count)s of %(hours)s hours had calls") % {"count": count, "hours": len(hours)}
    return plain(_("Active hours"), f"{count} / {len(hours)}", title, "")


def busiest_hour_figure(hours: Sequence[Bucket]) -> KeyFigure:
    name, most = max(map(describe, hours), key=lambda hour: hour[1].tokens.total)
    if not most.tokens.total:
        return plain(_("Busiest hour"), formats.NONE, _("No tokens on this day"), "")
    note = _("%(count)s tokens") % {"count": formats.compact(most.tokens.total)}
    return plain(_("Busiest hour"), name.split(" ")[0], f"{name}: {most.sentence}", note)


def plain(label: str, value: str, title: str, note: str) -> KeyFigure:
    return KeyFigure(label, value, title, note, note_title="", trend="", sparkline="")
