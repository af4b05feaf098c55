"""From where on something is worth a hint. Each user may move them; what they left is as shipped."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from codextime.accounts.models import User
from codextime.lib import formats

MOST_TOKENS = 10**12
MOST_USD = 10**6


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Ratios are 0 to 1, of input tokens (cache), of a model's context window (context) or of output (reasoning)."""

    high_cost_usd: float = 1.0
    high_context_ratio: float = 0.6
    elevated_context_ratio: float = 0.5
    low_cache_ratio: float = 0.3
    high_uncached_input_tokens: int = 10_000
    high_reasoning_ratio: float = 0.75
    reasoning_min_output_tokens: int = 100
    expensive_low_output_total_tokens: int = 20_000
    low_output_tokens: int = 100
    large_cumulative_tokens: int = 200_000


SHIPPED = Thresholds()
FIELDS = {field.name: field for field in dataclasses.fields(Thresholds)}
MOST = {"ratio": 1.0, "usd": float(MOST_USD), "tokens": float(MOST_TOKENS)}  # by the end of a name


def find_thresholds(*, user: User) -> Thresholds:
    """The user's own ones, and where there is none the shipped one."""
    return read_thresholds(user.own_thresholds)


def read_thresholds(values: Mapping[str, object]) -> Thresholds:
    """Of what is stored: names that nobody knows any more and values that are none are passed over."""
    return Thresholds(**{name: value for name, value in values.items() if is_threshold(name, value)})  # type: ignore[arg-type]  # is_threshold says so


def is_threshold(name: str, value: object) -> bool:
    if name not in FIELDS or isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and 0 <= value <= MOST[name.rpartition("_")[2]]


def own_values(thresholds: Thresholds) -> dict[str, float]:
    """What differs from the shipped ones; that is what is stored."""
    values = dataclasses.asdict(thresholds)
    return {name: value for name, value in values.items() if value != getattr(SHIPPED, name)}


def print_thresholds(thresholds: Thresholds) -> dict[str, str]:
    """Each by its name, as people read it."""
    return {name: print_threshold(name, value) for name, value in dataclasses.asdict(thresholds).items()}


def print_threshold(name: str, value: float) -> str:
    if name.endswith("_ratio"):
        return formats.percent(value)
    return formats.usd(Decimal(str(value))) if name.endswith("_usd") else formats.exact(int(value))
