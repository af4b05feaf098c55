"""The stylesheet works from right to left: it names no side of the screen."""

import re
from pathlib import Path

from django.contrib.staticfiles import finders

SIDES = re.compile(
    r"(?:margin|padding|border)-(?:left|right)|(?<![-\w])(?:left|right):|(?:align|float): (?:left|right)"
)
FOUR_VALUES = re.compile(r"(?:margin|padding): [^\s;]+ ([^\s;]+) [^\s;]+ ([^\s;]+);")


def test_nothing_is_put_on_a_side_of_the_screen() -> None:
    found = finders.find("css/codextime.css")
    assert isinstance(found, str)
    style = Path(found).read_text()

    assert SIDES.findall(style) == []
    assert [right for right, left in FOUR_VALUES.findall(style) if right != left] == []
