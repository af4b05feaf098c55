"""The public table of fields against the contract, and its upload against the tracker."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from codextime.site.uploaded import EXAMPLE, EXAMPLE_LOG_BYTES
from tests.contracts.public_example import LOG, made_by_the_tracker

CONTRACT = json.loads((Path(__file__).parents[2] / "uploader/codextime_tracker/contract/upload-v1.json").read_text())
FIELDS = [(part, field) for part in ("envelope", "call", "withdrawal") for field in CONTRACT[part]]


@pytest.fixture
def html(client: Client) -> str:
    return client.get("/what-is-uploaded").text


def rows(html: str) -> list[list[str]]:
    """The texts of the cells of each row of the tables."""
    found = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    return [[text_of(cell) for cell in re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in found]


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


@pytest.mark.parametrize(
    ("part", "field"), FIELDS, ids=lambda value: value if isinstance(value, str) else value["name"]
)
def test_every_field_of_the_contract_has_its_sentence(part: str, field: dict[str, str], html: str) -> None:
    described = [row for row in rows(html) if row[0] == field["name"]]

    assert len(field["sentence"]) > 3
    assert any(field["sentence"] in row[1] for row in described)


def test_the_table_names_no_field_that_the_contract_lacks(html: str) -> None:
    assert [row[0] for row in rows(html) if row[0] != "Field"] == [field["name"] for _, field in FIELDS]


def test_the_upload_on_the_page_is_what_the_tracker_sends_byte_for_byte(html: str) -> None:
    [shown] = re.findall(r'<pre class="bytes" tabindex="0"><code>(.*?)</code>', html, re.DOTALL)

    assert unescape(shown).encode() == EXAMPLE == made_by_the_tracker()
    assert LOG.stat().st_size == EXAMPLE_LOG_BYTES


def test_the_table_shows_the_values_of_that_upload(html: str) -> None:
    upload = json.loads(EXAMPLE)
    shown = {row[0]: row[2] for row in reversed(rows(html))}

    assert shown["source"] == f'"{upload["source"]}"'
    assert shown["input_tokens"] == str(upload["calls"][0]["input_tokens"])
    assert shown["withdrawals"] == "left out"


@pytest.mark.parametrize(
    ("is_local", "command"),
    [(False, "pipx run codextime-tracker u_yourid --dry-run"), (True, "codextime-tracker u_yourid --dry-run")],
)
def test_it_says_how_to_see_for_oneself(is_local: bool, command: str, client: Client, settings: Settings) -> None:
    settings.IS_LOCAL = is_local

    assert f'<pre tabindex="0"><code>{command}</code></pre>' in client.get("/what-is-uploaded").text
