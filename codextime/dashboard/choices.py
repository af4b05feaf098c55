"""Switches: rows of links of which one is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _


class Linked(Protocol):
    """What a page with a chart over time was asked for: what it is stacked by, and which of that it shows alone."""

    @property
    def stack(self) -> str: ...

    @property
    def only(self) -> str: ...

    def link(self, **changes: Any) -> str:
        """The address of the same page with `changes`."""


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    link: str
    is_chosen: bool


def choices(query: Linked, field: str, names: Mapping[str, str], chosen: str, **changes: str | None) -> list[Choice]:
    """A switch: one link a name, the chosen one marked. `names` are marked for translation where they stand."""
    return [Choice(_(text), query.link(**{field: name}, **changes), name == chosen) for name, text in names.items()]
