"""The quick way to read a command line says what argparse says, or leaves it to that."""

import pytest
from codextime_tracker.arguments import Parsed
from codextime_tracker.cli import parser_of
from codextime_tracker.commands import COMMANDS, SYNC, Command
from codextime_tracker.exits import Stopped
from codextime_tracker.quick_parsing import QuickParser, parse_quickly
from hypothesis import given
from hypothesis import strategies as st

EVERY = (SYNC, *COMMANDS.values())
WORDS = (
    *(
        "u_bcdfgh",
        "u_another",
        "export",
        "on",
        "csv",
        "jsonl",
        "",
        "-",
        "--",
        "-1",
        "-h",
        "--help",
        "~",
        "/some/one",
        "..",
    ),
    *(
        "--codex-home",
        "--codex-home=/some/two",
        "--codex-home=",
        "--index",
        "--index=/some/index",
        "--index=/",
        "--no-index",
    ),
    *(
        "--format",
        "--format=csv",
        "--format=xml",
        "--out",
        "--out=-",
        "--out=",
        "--json",
        "--json=1",
        "--watch",
        "--quiet",
    ),
    *("--label", "--label=work laptop", "--label= ", "--server", "--server=https://codextime.example.org"),
    *(
        "--server=nonsense",
        "--dry-run",
        "--dry",
        "--no-browser",
        "--all",
        "--allow-http",
        "bash",
        "install",
        "--reconcile",
    ),
)


def said(parse: object) -> object:
    """What a reading of a command line ends with."""
    try:
        parsed = parse()  # type: ignore[operator]
    except (SystemExit, Stopped) as ended:
        return type(ended), str(ended)
    return None if parsed is None else vars(parsed)


@given(st.sampled_from(EVERY), st.lists(st.sampled_from(WORDS), max_size=5))
def test_it_says_what_argparse_says(command: Command, arguments: list[str]) -> None:
    quick = said(lambda: parse_quickly(command, arguments))

    assert quick is None or quick == said(lambda: parser_of(command).parse_intermixed_args(arguments, Parsed()))


@pytest.mark.parametrize(
    "arguments",
    [
        ["u_bcdfgh"],
        ["u_bcdfgh", "--quiet"],
        [
            "--server",
            "https://codextime.example.org",
            "u_bcdfgh",
            "--codex-home=/some/one",
            "--codex-home",
            "/some/two",
        ],
        ["u_bcdfgh", "--json", "--json", "--label", "work laptop"],
    ],
    ids=" ".join,
)
def test_usual_runs_need_no_argparse(arguments: list[str]) -> None:
    expected = vars(parser_of(SYNC).parse_intermixed_args(arguments, Parsed()))

    assert said(lambda: parse_quickly(SYNC, arguments)) == expected


@pytest.mark.parametrize(
    "arguments",
    [[], ["--no-index"], ["--out", "-", "--format=csv"], ["--index", "/some/index", "--out=/some/calls"]],
    ids=" ".join,
)
def test_usual_exports_need_no_argparse(arguments: list[str]) -> None:
    export = COMMANDS["export"]

    assert said(lambda: parse_quickly(export, arguments)) == vars(parser_of(export).parse_args(arguments, Parsed()))


@pytest.mark.parametrize(
    "arguments",
    [
        *(["u_bcdfgh", "--watch", "--json"], ["u_bcdfgh", "--label", "--quiet"], ["u_bcdfgh", "--json=1"]),
        *(["u_bcdfgh", "--label"], ["u_bcdfgh", "-h"], ["u_bcdfgh", "--dry"], ["u_bcdfgh", "u_another"], []),
    ],
    ids=" ".join,
)
def test_what_is_wrong_or_unusual_is_for_argparse(arguments: list[str]) -> None:
    assert parse_quickly(SYNC, arguments) is None


@pytest.mark.parametrize(
    "told",
    [{"nargs": "?"}, {"action": "count"}, {"type": int, "default": "7"}, {"dest": "other"}],
    ids=str,
)
def test_an_argument_of_a_kind_that_it_does_not_know_is_for_argparse(told: dict[str, object]) -> None:
    parser = QuickParser()
    parser.add_argument("--some", **told)

    assert parser.parse([]) is None
