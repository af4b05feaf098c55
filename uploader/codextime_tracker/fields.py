"""Plain classes of fields, for what every scan needs: `dataclasses` and msgspec are slow to load."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Fields:
    """Holds what its constructor was given, in that order. Equal if all of it is."""

    def values(self) -> tuple[Any, ...]:
        """As the constructor takes them."""
        return tuple(vars(self).values())

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment] # they change

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"
