"""Numbers to SVG geometry: pure functions whose results templates print as they are.

Where a chart must fit any width without scripts or inline style, x is in percent and y in pixels.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """A label on an axis."""

    at: str
    text: str


def at_percent(share: float) -> str:
    """0.1234 as 12.34%, an SVG length."""
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"


def pixels(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
