"""Spans of time in words."""

from datetime import timedelta

from codextime_tracker.terminal import count

UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))


def in_words(span: timedelta) -> str:
    """`3 days 4 hours`, `5 minutes`, `less than a minute`: the two largest units that say something."""
    words = []
    for unit, noun in UNITS:
        number, span = divmod(span, unit)
        if number:
            words.append(count(number, noun))
    return " ".join(words[:2]) or "less than a minute"


def ago(span: timedelta) -> str:
    """How long since something; nothing is in the future, whatever the clocks say."""
    return f"{in_words(max(span, timedelta()))} ago"


def name_window(minutes: int | None) -> str:
    """What a limit is called by the length of its window: `5 hours`, `week`."""
    if minutes is None or minutes <= 0:
        return "a window of unknown length"
    if minutes in (1440, 10080):
        return "day" if minutes == 1440 else "week"
    return in_words(timedelta(minutes=min(minutes, 10**9)))
