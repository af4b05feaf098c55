"""A language that nobody speaks: longer than English, with accents and in brackets, so that a page shows what was not
translated and what has no room. Made of each text as it is asked for, so that no catalogue has to be kept."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.test import override_settings
from django.utils.translation import trans_real

LEFT_TO_RIGHT, RIGHT_TO_LEFT = "en-xa", "ar-xb"  # as other pseudo-locales are called
BEGIN, END = "⟦", "⟧"
LONGER = 0.4
ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzACDEGHIJKLNORSTUWYZ", "åƀçðéƒĝĥîĵķļɱñôþǫŕšţûṽŵẋýžÅÇÐÉĜĤÎĴĶĻÑÔŔŠŢÛŴÝŽ"
)
FILLING = " ôñé ţŵô ţĥŕéé ƒôûŕ ƒîṽé šîẋ šéṽéñ éîĝĥţ"
# What has to stay: placeholders of both kinds, tags and entities of HTML, spaces at the ends, and commands.
KEPT = re.compile(r"(%\(\w+\)[sdif]|%[sd%]|\{\w*\}|<code>.*?</code>|<[^>]*>|&\w+;|^\s+|\s+$)")


class PseudoTranslation:
    """What Django asks for the translation of a text."""

    def __init__(self, language: str) -> None:
        self.language = language

    def to_language(self) -> str:
        return self.language

    def gettext(self, text: str) -> str:
        return pseudo(text.rpartition("\x04")[2])

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one if count == 1 else many)


def pseudo(text: str) -> str:
    """ "Calls" as "⟦Çåļļš⟧", longer texts with words that say nothing at their end."""
    parts = KEPT.split(text)
    letters = sum(len(part) for part in parts[::2])
    parts[::2] = [part.translate(ACCENTED) for part in parts[::2]]
    whole = "".join(parts)
    body = whole.strip()
    before, after = whole[: len(whole) - len(whole.lstrip())], whole[len(whole.rstrip()) :]
    return f"{before}{BEGIN}{body}{filling(round(letters * LONGER) - 2)}{END}{after}" if body else whole


def filling(length: int) -> str:
    return (FILLING * (length // len(FILLING) + 1))[: max(0, length)].rstrip()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """The server, in this process, has the pseudo-locale `language` and no other."""
    trans_real._translations[language] = PseudoTranslation(language)  # type: ignore[attr-defined]  # not in the stubs
    try:
        with override_settings(LANGUAGE_CODE=language):
            yield
    finally:
        del trans_real._translations[language]  # type: ignore[attr-defined]
