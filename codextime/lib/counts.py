"""How many there are of something, as people read it: 1 call, 2 calls, 3,041 calls.

The words stand here, so that a language can have as many forms of each as its numbers need."""

from django.utils.translation import ngettext

from codextime.lib import formats


def active_days(count: int) -> str:
    return with_word(count, ngettext("active day", "active days", count))


def calls(count: int) -> str:
    return with_word(count, ngettext("call", "calls", count))


def dates(count: int) -> str:
    return with_word(count, ngettext("date", "dates", count))


def days(count: int) -> str:
    return with_word(count, ngettext("day", "days", count))


def model_calls(count: int) -> str:
    return with_word(count, ngettext("model call", "model calls", count))


def output_tokens(count: int) -> str:
    return with_word(count, ngettext("output token", "output tokens", count))


def rows(count: int) -> str:
    return with_word(count, ngettext("row", "rows", count))


def tokens(count: int) -> str:
    return with_word(count, ngettext("token", "tokens", count))


def users(count: int) -> str:
    return with_word(count, ngettext("user", "users", count))


def with_word(count: int, word: str) -> str:
    """`word` is of the right form already."""
    return f"{formats.exact(count)}{formats.SPACE}{word}"
