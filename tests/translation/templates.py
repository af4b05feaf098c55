"""Finds text of templates that no translator would ever see."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, TokenType

SHOWN = ("title", "aria-label", "placeholder", "alt", "data-name")  # attributes that people read or hear
NAMES_OF_CLASSES = ("page_class", "coltype")  # blocks that stand in a `class`
AS_TYPED = ("code", "kbd", "script", "style")  # what these hold is typed or run as it stands
SAME_EVERYWHERE = {
    "Codextime": "our name",
    "UTC": "the name of a time scale",
    "CSV": "the name of a format",
    "JSON": "the name of a format",
    "GET": "a word of HTTP",
    "cxr": "what every read token begins with",
    "#security": "a place on a page",
}
WORD = re.compile(r"#?[^\W\d_]+")
# A text handed to another template or filter: `label="Period"` instead of `label=_("Period")`.
HANDED_ON = re.compile(
    r"""\b(?:title|label|first|button|caption|link_text)=["'][^"']*[A-Za-z]|\|default\w*:["'][A-Za-z]"""
)


def is_unmarked(text: str) -> bool:
    return any(word not in SAME_EVERYWHERE for word in WORD.findall(re.sub(r"&\w+;", " ", text)))


class Reader(HTMLParser):
    """Collects lines and texts that stand in HTML as they are."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str]] = []
        self.typed = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.typed += tag in AS_TYPED
        for name, value in attrs:
            if name in SHOWN:
                self.check(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.typed -= tag in AS_TYPED

    def handle_data(self, data: str) -> None:
        if not self.typed:
            self.check(data)

    def check(self, text: str) -> None:
        if is_unmarked(text):
            self.found.append((self.getpos()[0], " ".join(text.split())))


def blanked(source: str) -> str:
    """`source` with its tags, variables, comments and marked texts made spaces, line by line as it was."""
    out, until = [], ""
    for token in Lexer(source).tokenize():
        first = token.contents.split()[:1] if token.token_type is TokenType.BLOCK else []
        written = source_of(token.token_type, token.contents)
        keeps = token.token_type is TokenType.TEXT and not until
        out.append(written if keeps else re.sub(r"[^\n]", " ", written))
        if until and first == [until]:
            until = ""
        elif first == ["blocktranslate"]:
            until = "endblocktranslate"
        elif first == ["block"] and token.contents.split()[1] in NAMES_OF_CLASSES:
            until = "endblock"
    return "".join(out)


def source_of(kind: TokenType, contents: str) -> str:
    return contents if kind is TokenType.TEXT else f"{{%{contents}%}}"


def unmarked(path: Path) -> Iterator[tuple[int, str]]:
    """Lines and texts of a template that are not marked for translation."""
    source = path.read_text()
    reader = Reader()
    if path.suffix == ".txt":
        for number, line in enumerate(blanked(source).splitlines(), 1):
            if is_unmarked(line):
                yield number, line.strip()
    else:
        reader.feed(blanked(source))
        yield from reader.found
    for token in Lexer(source).tokenize():
        if token.token_type is not TokenType.TEXT and HANDED_ON.search(token.contents):
            yield token.lineno or 0, token.contents
