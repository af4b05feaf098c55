"""The card of the threads with the most tokens."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from codextime.dashboard import addresses
from codextime.dashboard.charts import at_percent
from codextime.dashboard.sums import Sum
from codextime.dashboard.thread_reading import Threads, ThreadUse
from codextime.lib import counts, formats
from codextime.lib.tokens import Tokens


@dataclass(frozen=True, slots=True)
class TopThread:
    """A row of the card: `width` is its share of the largest."""

    name: str
    link: str
    tokens: str
    exact: str
    calls: str
    estimate: str
    exact_estimate: str
    duration: str
    width: str


@dataclass(frozen=True, slots=True)
class TopThreads:
    """`more` is how many threads the card leaves out, empty for none."""

    threads: list[TopThread]
    more: str
    link: str


def build_top_threads(threads: Threads, *, has_pages: bool) -> TopThreads:
    largest = max((use.tokens for use in threads.top), default=0)
    rest = threads.counts.now - len(threads.top)
    more = ngettext("and %(count)s more", "and %(count)s more", rest) % {"count": formats.exact(rest)} if rest else ""
    rows = [
        build_thread(use, largest, addresses.find_thread(use.thread_id) if has_pages else "") for use in threads.top
    ]
    return TopThreads(rows, more, addresses.find_threads() if has_pages else "")


def build_thread(use: ThreadUse, largest: int, link: str) -> TopThread:
    sum_ = Sum(use.calls, Tokens(use.tokens), use.estimate)  # which class the tokens are of changes no word here
    return TopThread(
        name=use.name,
        link=link,
        tokens=formats.compact(use.tokens),
        exact=_("%(count)s tokens") % {"count": formats.exact(use.tokens)},
        calls=counts.calls(use.calls),
        estimate=sum_.value,
        exact_estimate=sum_.exact_value,
        duration=formats.duration(use.last_at - use.first_at) if use.last_at > use.first_at else formats.NONE,
        width=at_percent(use.tokens / largest if largest else 0.0),
    )
