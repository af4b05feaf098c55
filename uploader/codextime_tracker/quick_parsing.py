"""Usual command lines, read without argparse, which takes longer to load than a small scan: each option by its whole
name, each value behind it. For anything else, argparse reads the same table of arguments and says what is wrong."""

from __future__ import annotations

from codextime_tracker.arguments import Parsed
from codextime_tracker.exits import Stopped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from codextime_tracker.commands import Command

KNOWN = {"action", "choices", "default", "help", "metavar", "type"}
ACTIONS = {None, "append", "store_true"}


def parse_quickly(command: Command, arguments: list[str]) -> Parsed | None:
    """`None` if that is for argparse. Raises `Stopped` as it would."""
    parser = QuickParser()
    command.module.add_arguments(parser)
    return parser.parse(arguments)


class Group:
    """Of options that exclude each other."""

    def __init__(self, parser: QuickParser) -> None:
        self.parser = parser
        self.names: set[str] = set()

    def add_argument(self, *names: str, **told: Any) -> None:
        self.names.update(names)
        self.parser.add_argument(*names, **told)

    def add_mutually_exclusive_group(self) -> Group:
        return self.parser.add_mutually_exclusive_group()


class QuickParser:
    """Takes arguments as argparse's does. `is_usual`: it knows all that it was told of them."""

    def __init__(self) -> None:
        self.options: dict[str, dict[str, Any]] = {}
        self.places: dict[str, dict[str, Any]] = {}
        self.groups: list[Group] = []
        self.is_usual = True

    def add_argument(self, *names: str, **told: Any) -> None:
        name = names[0]
        is_option = name.startswith("--")
        has_own_default = "type" in told and "default" in told  # which argparse may convert
        if len(names) > 1 or not told.keys() <= KNOWN or told.get("action") not in ACTIONS or has_own_default:
            self.is_usual = False
        (self.options if is_option else self.places)[name] = told

    def add_mutually_exclusive_group(self) -> Group:
        group = Group(self)
        self.groups.append(group)
        return group

    def parse(self, arguments: list[str]) -> Parsed | None:
        split = self.split(arguments) if self.is_usual else None
        if split is None:
            return None
        options, places = split
        given = {name for name, _ in options}
        if len(places) != len(self.places) or any(len(given & group.names) > 1 for group in self.groups):
            return None
        try:
            return self.converted(options, places)
        except Stopped:
            raise
        except Exception:  # noqa: BLE001 - argparse meets it too, and knows what to say
            return None

    def split(self, arguments: list[str]) -> tuple[list[tuple[str, str]], list[str]] | None:
        """Options with their values, empty if they take none, and the rest."""
        options: list[tuple[str, str]] = []
        places: list[str] = []
        rest = iter(arguments)
        for argument in rest:
            if not argument.startswith("-"):
                places.append(argument)
                continue
            name, is_joined, value = argument.partition("=")
            if name not in self.options:
                return None
            if self.options[name].get("action") == "store_true":
                if is_joined:
                    return None
            elif not is_joined:
                value = next(rest, "--")
                if value.startswith("-") and value != "-":
                    return None
            options.append((name, value))
        return options, places

    def converted(self, options: list[tuple[str, str]], places: list[str]) -> Parsed:
        """Raises what a type raises, and `ValueError` for what is none of the choices."""
        parsed = Parsed()
        for name, told in self.options.items():
            is_truth = told.get("action") == "store_true"
            setattr(parsed, attribute(name), told.get("default", False if is_truth else None))
        for name, value in options:
            told, place = self.options[name], attribute(name)
            if told.get("action") == "store_true":
                setattr(parsed, place, True)
            elif told.get("action") == "append":
                setattr(parsed, place, [*(getattr(parsed, place) or []), converted(told, value)])
            else:
                setattr(parsed, place, converted(told, value))
        for (name, told), value in zip(self.places.items(), places, strict=True):
            setattr(parsed, name, converted(told, value))
        return parsed


def attribute(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


def converted(told: dict[str, Any], value: str) -> Any:
    made = told["type"](value) if "type" in told else value
    if "choices" in told and made not in told["choices"]:
        raise ValueError(value)
    return made
