"""Lists in an order that their address asks for."""


class Sorted:
    """What a list was asked for: `sort` is one of its columns, with a minus for the largest first."""

    __slots__ = ()
    sort: str

    @property
    def column(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")


def turn_round(sort: str) -> str:
    return sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
