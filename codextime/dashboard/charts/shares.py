"""Parts of a whole: a list of bars, or one bar of segments."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from codextime.dashboard.charts import at_percent
from codextime.dashboard.sums import Sum, add_up
from codextime.lib import formats
from codextime.lib.tokens import Tokens

MOST_SERIES = 5  # colours that can be told apart
MOST_SHARES = 6
OTHER = "other"
NAMELESS = ("custom", "unknown")  # always grey, as they are many models


@dataclass(frozen=True, slots=True)
class Share:
    name: str
    css: str
    percent: str
    x: str
    width: str
    exact: str
    sum: Sum

    @property
    def note(self) -> str:
        """Such as `742 M tokens · $1,337 · 61 % priced`."""
        count = _("%(count)s tokens") % {"count": formats.compact(self.sum.tokens.total)}
        return " · ".join(filter(None, [count, self.sum.value, self.sum.partly_priced]))


@dataclass(frozen=True, slots=True)
class TokenClass:
    name: str
    css: str
    percent: str
    x: str
    width: str
    exact: str


def by_tokens(sums: Mapping[str, Sum]) -> list[str]:
    """The names, largest first; equal ones by name."""
    return sorted(sums, key=lambda name: (-sums[name].tokens.total, name))


def print_name(name: str) -> str:
    """The name of a series as people read it: names of models and labels as they are."""
    return _("other") if name == OTHER else name


def find_colours(sums: Mapping[str, Sum]) -> dict[str, str]:
    """The class of each name: the five largest have a colour of their own."""
    named = [name for name in by_tokens(sums) if name not in (*NAMELESS, OTHER)][:MOST_SERIES]
    return dict.fromkeys([*sums, OTHER], "series-other") | {name: f"series-{n}" for n, name in enumerate(named, 1)}


def build_shares(sums: Mapping[str, Sum], *, kind: str) -> list[Share]:
    """The largest first; what comes after the sixth is one share, such as "3 more models"; `kind` is `model`
    or `label`."""
    names = by_tokens(sums)
    colours = find_colours(sums)
    whole = sum(part.tokens.total for part in sums.values())
    kept = names if len(names) <= MOST_SHARES else names[: MOST_SHARES - 1]
    shares = [build_share(name, colours[name], sums[name], whole) for name in kept]
    if len(kept) < len(names):
        rest = add_up(sums[name] for name in names[len(kept) :])
        more = describe_more(len(names) - len(kept), kind)
        shares.append(build_share(more, "series-other", rest, whole))
    return shares


def describe_more(count: int, kind: str) -> str:
    if kind == "model":
        text = ngettext("%(count)s\u00a0more model", "%(count)s\u00a0more models", count)
    else:
        text = ngettext("%(count)s\u00a0more label", "%(count)s\u00a0more labels", count)
    return text % {"count": formats.exact(count)}


def build_share(name: str, css: str, part: Sum, whole: int) -> Share:
    share = part.tokens.total / whole if whole else 0.0
    return Share(name, css, formats.percent(share), "0", at_percent(share), part.sentence, part)


def build_token_classes(tokens: Tokens) -> list[TokenClass]:
    """The four kinds of tokens as segments that fill one bar."""
    kinds = (
        (_("Cached input"), "cached", tokens.cached_input_tokens),
        (_("Uncached input"), "uncached", tokens.uncached_input_tokens),
        (_("Visible output"), "visible", tokens.visible_output_tokens),
        (_("Reasoning"), "reasoning", tokens.reasoning_output_tokens),
    )
    classes, x = [], 0.0
    for name, css, count in kinds:
        share = count / tokens.total if tokens.total else 0.0
        exact = formats.exact(count)
        classes.append(TokenClass(name, css, formats.percent(share), at_percent(x), at_percent(share), exact))
        x += share
    return classes
