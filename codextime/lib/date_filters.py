"""Dates in templates, as `formats` writes them. All templates have these filters; what is empty stays so."""

import datetime

from django import template
from django.utils import timezone

from codextime.lib import formats

register = template.Library()


@register.filter(expects_localtime=True)
def day(on: datetime.date | None) -> str:
    """21 Nov 2026."""
    return formats.day(on) if on else ""


@register.filter(expects_localtime=True)
def moment(at: datetime.datetime | None) -> str:
    """21 Nov 2026, 09:05, in the time zone of the page."""
    return formats.moment(at) if at else ""


@register.filter(expects_localtime=True)
def exact_moment(at: datetime.datetime | None) -> str:
    """21 Nov 2026, 09:05:00."""
    return formats.exact_moment(at) if at else ""


@register.filter(expects_localtime=True)
def moment_of_year(at: datetime.datetime | None) -> str:
    """21 Nov, 09:05."""
    return formats.moment_of_year(at) if at else ""


@register.filter(expects_localtime=True)
def end_of(last: datetime.datetime, first: datetime.datetime) -> str:
    """The end of what began at `first`: 23 Nov 2026, 09:05, or 09:05 on the same day; empty in the same minute."""
    began = timezone.localtime(first)
    if formats.moment(last) == formats.moment(began):
        return ""
    return formats.clock(last) if last.date() == began.date() else formats.moment(last)
