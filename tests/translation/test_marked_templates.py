"""No template holds a text that no translator would see."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.translation.templates import unmarked

FOLDER = settings.ROOT / "templates"
TEMPLATES = sorted(path for path in FOLDER.rglob("*") if path.suffix in (".html", ".txt"))


def test_every_text_of_every_template_is_marked_for_translation() -> None:
    found = [f"{path.relative_to(FOLDER)}:{line}: {text}" for path in TEMPLATES for line, text in unmarked(path)]

    assert len(TEMPLATES) > 100
    assert found == [], "put these into {% translate %} or {% blocktranslate %}"


def test_every_date_is_in_an_order_that_a_translator_can_change() -> None:
    """As `codextime.lib.date_filters` write it; programs read ISO 8601."""
    orders = {
        f"{path.relative_to(FOLDER)}: {order}"
        for path in TEMPLATES
        for order in re.findall(r"\|(?:date|time):[\"']([^\"']*)", path.read_text())
        if order not in ("c", "Y-m-d")
    }

    assert orders == set()


@pytest.mark.parametrize(
    "source",
    [
        "<h1>Settings</h1>",
        '<nav aria-label="Pages"></nav>',
        '<input placeholder="work laptop">',
        '{% include "a.html" with label="Period" %}',
        "{{ name|default:'no name' }}",
        "{% if a %}\n<p>{{ count }} calls</p>{% endif %}",
    ],
)
def test_an_unmarked_text_is_found(source: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(source)

    assert list(unmarked(path))


@pytest.mark.parametrize(
    "source",
    [
        '{% translate "Settings" %} · Codextime',
        "{% blocktranslate with at=at|date:'c' %}Since <b>{{ at }}</b>{% endblocktranslate %}",
        "{# A comment. #}<code>codextime-tracker sync</code>",
        '<p class="{% if a %}alert{% endif %}" title="{% translate \'Close\' %}">{{ text }}&nbsp;·</p>',
    ],
)
def test_a_marked_text_is_passed_over(source: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(source)

    assert list(unmarked(path)) == []
