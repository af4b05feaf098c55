"""Reads amounts from a price page that somebody saved: names of models, and the figures that stand near them.

It knows nothing of a page's layout. A page is read as blocks of text: rows of tables, list items, headings, paragraphs.
Figures belong to the model that their block names, or to the one named last before it. What it cannot see: what a
script puts in later, pictures, amounts in words, tables with a model in each column, and which tier (standard, batch)
or unit a figure is of.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from typing import NamedTuple

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
BLOCKS = HEADINGS | {"tr", "li", "p", "dt", "dd", "section", "article", "table", "pre", "caption", "summary"}
SILENT = {"script", "style", "template", "noscript", "svg", "title"}
PARTS = {"td", "th", "br", "div", "span", "button", "label"}  # these part words, not blocks
HTML = re.compile(r"<\s*(?:!doctype|html|body|table|div|p|tr|ul|section)\b", re.IGNORECASE)

MODEL = re.compile(
    r"(?<![\w.-])(?:gpt-\d[a-z0-9.-]*|o[1-9](?:-[a-z0-9.-]+)?|codex-[a-z0-9.-]+)(?<![.-])(?![\w-])", re.IGNORECASE
)
NUMBER = r"\d[\d,]*(?:\.\d+)?"
MARKED = re.compile(rf"\$\s?({NUMBER})|(?<![\w.$,-])({NUMBER})(?=\s+credits?\b)")
BARE = re.compile(rf"(?<![\w.$,-])({NUMBER})(?![\w%-])")
ROW = 3  # figures that one block has of a model: input, cached input, output


class Block(NamedTuple):
    text: str
    is_heading: bool


@dataclass(slots=True)
class Found:
    """The figures of each block that is about a model, in the order of the page."""

    groups: list[set[Decimal]] = field(default_factory=list)

    @property
    def amounts(self) -> set[Decimal]:
        return {amount for group in self.groups for amount in group}

    @property
    def rows(self) -> list[set[Decimal]]:
        """The blocks that say all of a rate at once; without any, all blocks together, which say it line by line."""
        return [group for group in self.groups if len(group) >= ROW] or [self.amounts]


def find_amounts(page: str) -> dict[str, Found]:
    """What the page says of each model that it names, by the name in small letters; of some, nothing."""
    found: dict[str, Found] = {}
    current: str | None = None
    for block in read_blocks(page):
        names = {name.lower() for name in MODEL.findall(block.text)}
        for name in names:
            found.setdefault(name, Found())
        if names or block.is_heading:
            current = names.pop() if len(names) == 1 else None
            amounts = read_amounts(MODEL.sub(" ", block.text), is_row=True)
        else:
            amounts = read_amounts(block.text, is_row=False)
        if current is not None and amounts:
            found[current].groups.append(amounts)
    return found


def read_amounts(text: str, *, is_row: bool) -> set[Decimal]:
    """Figures in dollars or credits; of a row that names a model and has enough of them, also bare figures."""
    marked = [dollars or credits_ for dollars, credits_ in MARKED.findall(text)]
    bare = BARE.findall(text) if is_row and not marked else []
    return {Decimal(number.replace(",", "")) for number in marked or (bare if len(bare) >= ROW else [])}


def read_blocks(page: str) -> Iterator[Block]:
    """Texts that stand apart. What is no HTML is read line by line."""
    if not HTML.search(page):
        return (Block(line, is_heading=False) for line in page.splitlines() if line.strip())
    reader = BlockReader()
    reader.feed(page)
    reader.close()
    return reader.read()


class BlockReader(HTMLParser):
    """Collects text between the beginnings and ends of `BLOCKS`, whatever is not closed or wrongly nested."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[tuple[list[str], bool]] = [([], False)]
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.silent += tag in SILENT
        self.part(tag, is_heading=tag in HEADINGS)

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT and self.silent > 0
        self.part(tag, is_heading=False)

    def part(self, tag: str, *, is_heading: bool) -> None:
        if tag in BLOCKS:
            self.texts.append(([], is_heading))
        elif tag in PARTS:
            self.texts[-1][0].append(" ")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts[-1][0].append(data)

    def read(self) -> Iterator[Block]:
        blocks = (Block(" ".join("".join(words).split()), is_heading) for words, is_heading in self.texts)
        return (block for block in blocks if block.text)
