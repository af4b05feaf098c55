"""What lists of threads are put in order by, where that takes rates: kept with the totals of threads.

Rates change, and users have rates of their own. So each total says by a mark which ones its keys were made with, a
rebuild makes those anew that others made, and who reads them goes by the days wherever a mark is another one.
"""

import functools
from collections.abc import Mapping
from typing import NamedTuple

from django.db import connection

from codextime.accounts.models import User
from codextime.pricing.rates import RateBook
from codextime.pricing.selectors import get_book
from codextime.usage.models import Day, ModelName, ThreadTotal
from codextime.usage.rate_table import PLACE, amount_of, find_rates_mark, is_unpriced, make_rate_table, share_of_window


class KeyParts(NamedTuple):
    """SQL of what the days, or the totals, of some threads come to."""

    usd: str
    credit: str
    context: str
    unpriced: str


# `OFFSET 0` has the place found once a row, and not where each rate is looked up.
RATED_DAYS = f"""
SELECT thread_id, input_tokens, cached_input_tokens, cache_write_input_tokens, output_tokens, highest_input_tokens,
    {PLACE} AS place
FROM usage_threadday AS day WHERE day.user_id = %(user)s{{narrowed}} OFFSET 0
"""
FROM_DAYS = KeyParts(
    f"sum({amount_of('usd')})", f"sum({amount_of('credit')})", f"max({share_of_window()})", f"bool_or({is_unpriced()})"
)
FROM_TOTALS = KeyParts("sum(usd_key)", "sum(credit_key)", "max(context_key)", "bool_or(has_unpriced)")
PRICE_TOTALS = f"""
UPDATE usage_threadtotal AS total
SET (usd_key, credit_key, context_key, has_unpriced, rates_mark) =
    (made.usd, made.credit, made.context, made.unpriced, %(mark)s)
FROM (
    SELECT thread_id, {FROM_DAYS.usd} AS usd, {FROM_DAYS.credit} AS credit, {FROM_DAYS.context} AS context,
        {FROM_DAYS.unpriced} AS unpriced
    FROM ({RATED_DAYS.format(narrowed=" AND thread_id = ANY (%(threads)s)")}) AS day GROUP BY thread_id
) AS made
WHERE total.user_id = %(user)s AND total.thread_id = made.thread_id
"""
# The least and the greatest mark of all are this one, and the greatest is null if any is: two looks into the index.
ARE_CURRENT = "SELECT " + " AND ".join(
    f"""coalesce((
        SELECT rates_mark IS NOT DISTINCT FROM %(mark)s FROM usage_threadtotal WHERE user_id = %(user)s
        ORDER BY rates_mark {direction} LIMIT 1
    ), true)"""
    for direction in ("ASC NULLS LAST", "DESC NULLS FIRST")
)


def name_models(*, user_id: int) -> dict[int, str]:
    """Those that the user has calls of: names by id."""
    used = Day.objects.filter(user=user_id).values("model").distinct()
    return dict(ModelName.objects.filter(pk__in=used).values_list("pk", "name"))


def find_mark(models: Mapping[int, str], book: RateBook) -> int:
    """Of the rates that a book has for models (names by id)."""
    return make_mark(frozenset(models.items()), book)


@functools.lru_cache(maxsize=256)  # a look at each rate of each model
def make_mark(models: frozenset[tuple[int, str]], book: RateBook) -> int:
    return find_rates_mark(dict(models), book)


def are_current(*, user_id: int, mark: int) -> bool:
    """Whether the keys of all threads of the user were made with the rates of this mark."""
    with connection.cursor() as cursor:
        cursor.execute(ARE_CURRENT, {"user": user_id, "mark": mark})
        return bool(cursor.fetchone()[0])


def make_keys(*, user_id: int) -> None:
    """Makes the keys of those totals that have none, or those of other rates. Call it under the lock on the totals of
    the user, when the days are made."""
    models, book = name_models(user_id=user_id), get_book(User.objects.only("pk").get(pk=user_id))
    mark = find_mark(models, book)
    old = ThreadTotal.objects.filter(user=user_id).exclude(rates_mark=mark)
    threads = list(old.values_list("thread", flat=True))
    if threads:
        parameters = {"user": user_id, "threads": threads, "mark": mark, **make_rate_table(models, book)}
        with connection.cursor() as cursor:
            cursor.execute(PRICE_TOTALS, parameters)
