"""The page of the API-equivalent estimate: it adds up, says where each amount is from, and costs little."""

import random
import re
import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from codextime.accounts.models import User
from codextime.dashboard.estimate_page import EstimatePage
from codextime.dashboard.estimate_reading import get_estimate_page
from codextime.dashboard.price_lines import TIMES, PriceLine
from codextime.dashboard.queries import OverviewQuery
from codextime.lib.formats import NONE, exact_usd
from codextime.lib.tokens import Tokens
from codextime.pricing.credits import NO_CREDITS, count_credits
from codextime.pricing.estimates import estimate, total
from codextime.pricing.own_rates import set_own_credit_price
from codextime.usage.readings import CallReading
from tests.dashboard.test_own_rates import own
from tests.usage.burning import burn, call

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
OTHER_HOME = uuid.UUID(int=7)
MODELS = ["gpt-5.4", "gpt-5.6-terra", "gpt-6.2-sol", "custom", "o3"]


def page_of(user: User, **asked: object) -> EstimatePage:
    return get_estimate_page(user=user, query=OverviewQuery(**asked), now=NOW)  # type: ignore[arg-type]


def random_calls(count: int) -> list[CallReading]:
    dice = random.Random(5)  # noqa: S311  # the same calls in every run
    calls = []
    for _ in range(count):
        at = NOW - timedelta(minutes=dice.randrange(400 * 24 * 60))
        read, written = dice.randrange(1, 400_000), dice.randrange(1, 9_000)
        parts = (read, dice.randrange(read), dice.randrange(min(read, 5_000)), written, dice.randrange(written))
        calls.append(call(at, dice.choice(MODELS), parts))
    return calls


def amount_of(text: str) -> Decimal:
    return Decimal(re.sub(r"[^0-9.]", "", text) or 0)


def added(lines: Iterable[PriceLine]) -> Decimal:
    return sum((amount_of(part.amount) for line in lines for part in line.parts), start=Decimal(0))


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_models_labels_days_and_lines_add_up_to_the_estimate_of_the_calls(owner: User, zone: str) -> None:
    owner.time_zone = zone
    owner.save()
    calls = random_calls(200)
    burn(owner, *calls[:120], label="desk")
    burn(owner, *calls[120:], label="laptop", source=OTHER_HOME)
    priced = total(
        estimate(one.model, one.at.date(), Tokens(*one[2:7]), is_long_context=one.input_tokens > 272_000)
        for one in calls
    )
    counted = sum(
        (
            count_credits(one.model, one.at.date(), Tokens(*one[2:7]), is_long_context=one.input_tokens > 272_000)
            for one in calls
        ),
        start=NO_CREDITS,
    )

    page = page_of(owner, period="all")

    assert page.figures[0].exact.startswith(exact_usd(priced.usd))
    assert page.figures[2].exact == f"{priced.unpriced_tokens:,}"
    assert amount_of(page.figures[3].exact) == round(counted.amount, 2)
    assert page.chart is not None
    for rows in (page.models, page.labels, page.chart.rows):
        assert abs(sum(amount_of(row.value) for row in rows) - priced.usd) < Decimal("0.01")
        assert sum(int(row.tokens.replace(",", "")) for row in rows) == priced.tokens
    assert abs(added(page.usd_lines) - priced.usd) < Decimal("0.01")
    assert abs(added(page.credit_lines) - counted.amount) < 1
    assert abs(sum(added(part.lines) for part in page.label_lines) - priced.usd) < Decimal("0.02")


def test_a_line_names_tokens_rate_multiplier_and_evidence(owner: User) -> None:
    burn(owner, call("2026-08-01T12:00Z", "gpt-5.6-terra", (300_000, 60_000, 10_000, 5_000, 0)))

    [line] = page_of(owner, period="all").usd_lines

    assert line.length == "calls that read more than 272,000 tokens"
    parts = [(part.kind, part.tokens, part.rate, part.multiplier, part.amount) for part in line.parts]
    assert parts == [
        ("Uncached input", "230,000", "$2.00", f"{TIMES}\u00a02", "$0.9200"),
        ("Cache write", "10,000", "$2.50", f"{TIMES}\u00a02", "$0.0500"),
        ("Cached input", "60,000", "$0.20", f"{TIMES}\u00a02", "$0.0240"),
        ("Output with reasoning", "5,000", "$12.00", f"{TIMES}\u00a01.5", "$0.0900"),
    ]
    assert line.amount == "$1.0840"
    assert line.evidence.startswith("Evidence dated ")
    assert line.url.startswith("https://")
    assert line.dates.startswith("from ")


def test_what_has_no_rate_says_why_and_stands_in_no_amount(owner: User) -> None:
    burn(owner, call("2026-11-19T12:00Z", "custom"), call("2025-06-01T12:00Z", "o3"))

    page = page_of(owner, period="all")

    custom, o3 = sorted(page.usd_lines, key=lambda line: line.model)
    assert (custom.parts, custom.amount) == ([], NONE)
    assert custom.why == "Your own or another provider's model; it has no public OpenAI rate."
    assert [part.amount for part in o3.parts if part.kind == "Cached input"] == [NONE]
    assert o3.why == "No public rate for cached input before 10 Jun 2025."
    assert {row.model for row in page.unpriced} == {"custom", "o3"}


def test_credits_are_exact_inferred_or_missing_and_say_which(owner: User) -> None:
    burn(owner, *(call("2026-11-20T12:00Z", model) for model in ("gpt-5.6-terra", "gpt-6.2-sol", "custom")))

    page = page_of(owner, period="all")

    assert {row.name: (row.credits, row.mark) for row in page.models} == {
        "gpt-5.6-terra": ("0.08", "exact"),
        "gpt-6.2-sol": ("0.07", "100\u00a0% inferred"),
        "custom": ("missing", ""),
    }
    marks = {line.model: line.mark or line.why for line in page.credit_lines}
    assert marks["gpt-6.2-sol"] == "inferred from the API rate, 25 credits a dollar"
    assert marks["custom"] == "The credit card of that day has no rate for it."


def test_the_price_of_a_credit_turns_credits_into_dollars(owner: User) -> None:
    burn(owner, call("2026-11-20T12:00Z", "gpt-5.6-terra", (1_000_000, 0, 0, 0, 0)))
    assert len(page_of(owner, period="all").figures) == 4

    set_own_credit_price(user=owner, usd_per_credit=Decimal("0.05"), now=NOW)

    figure = page_of(owner, period="all").figures[4]
    assert (figure.value, figure.note) == ("$2.50", "at your price of $0.05 a credit")


def test_a_new_rate_prices_again_from_its_date_on_and_touches_no_call(owner: User) -> None:
    burn(owner, *(call(f"2026-11-{day}T12:00Z", "gpt-5.4", (200_000, 100_000, 0, 100_000, 0)) for day in ("09", "10")))
    before = page_of(owner, period="all")

    own(owner, "gpt-5.4", date(2026, 11, 10), 100)
    after = page_of(owner, period="all")

    assert before.chart is not None
    assert after.chart is not None
    assert len(before.usd_lines) == 1
    assert [line.mark for line in after.usd_lines] == ["your rate", ""]
    assert after.usd_lines[0].evidence == "Your rate, typed on 21 Nov 2026"
    assert after.usd_lines[0].amount == "$30.0000"  # 300,000 tokens at $100 a million
    assert amount_of(after.usd_lines[1].amount) * 2 == amount_of(before.usd_lines[0].amount)


def test_a_day_of_the_chart_leads_to_the_lines_of_that_day(client: Client, owner: User) -> None:
    client.force_login(owner)
    burn(owner, call("2026-10-10T12:00Z"), call("2026-10-12T12:00Z"))
    page = page_of(owner, period="month", on=date(2026, 10, 1))
    assert page.chart is not None

    link = page.chart.rows[0].link

    assert link == "?period=today&on=2026-10-12"
    assert not any(bar.is_now for bar in page.chart.bars.bars)
    answer = client.get(f"/estimate{link}").text
    assert "12 Oct 2026" in answer
    assert "Show as table" not in answer


def test_models_with_an_estimate_have_the_colours(owner: User) -> None:
    unpriced = [call(NOW - timedelta(days=2), f"nobody-s-{n}", (900_000 + n, 0, 0, 0, 0)) for n in range(4)]
    priced = [call(NOW - timedelta(days=2), name) for name in ("gpt-5.4", "gpt-5.6-terra", "o3")]
    burn(owner, *unpriced, *priced, call(NOW - timedelta(days=2), "custom", (2_000_000, 0, 0, 0, 0)))

    chart = page_of(owner, period="30d").chart

    assert chart
    assert {name for name, _css in chart.legend} == {"gpt-5.4", "gpt-5.6-terra", "o3"}
    colours = [css for _name, css in chart.legend]
    assert len(set(colours)) == 3
    assert "series-other" not in colours


def test_today_is_marked_in_the_chart(owner: User) -> None:
    burn(owner, call(NOW - timedelta(days=3)))

    chart = page_of(owner, period="7d").chart

    assert chart is not None
    assert [bar.is_now for bar in chart.bars.bars] == [False] * 6 + [True]


def test_on_a_phone_each_figure_of_a_model_has_its_name(client: Client, owner: User) -> None:
    client.force_login(owner)
    burn(owner, call(NOW))

    table = client.get("/estimate?period=all").text.split('id="models"')[1].split("</table>")[0]

    assert 'class="worth-table stacked"' in table
    assert re.findall(r'data-name="(.*?)"', table) == ["Tokens", "Estimate", "Credits"]


@pytest.mark.parametrize(
    "asked",
    [
        *("", "period=today", "period=7d", "period=year&on=2025-11-30", "period=all", "period=century&on=x"),
        "period=custom&from=2026-10-01&to=2026-11-01",
    ],
)
def test_every_period_is_a_page(client: Client, owner: User, asked: str) -> None:
    client.force_login(owner)
    burn(owner, call("2025-10-01T12:00Z"), call("2026-10-31T23:59Z", "custom"))

    assert client.get(f"/estimate?{asked}").status_code == 200


def test_dates_that_make_no_period_say_so(client: Client, owner: User) -> None:
    client.force_login(owner)

    assert client.get("/estimate?period=custom&from=2026-11-02&to=2026-11-01").status_code == 400


def test_without_usage_it_leads_to_the_command(client: Client, owner: User) -> None:
    client.force_login(owner)

    page = client.get("/estimate").text

    assert "Nothing to estimate yet" in page
    assert 'href="/dashboard"' in page


def test_everybody_sees_their_own_estimate(client: Client, owner: User, stranger: User) -> None:
    burn(owner, call("2026-10-31T23:59Z"), label="owner's laptop")
    client.force_login(stranger)

    assert "owner" not in client.get("/estimate?period=all").text


def test_more_rows_do_not_cost_more_queries(
    client: Client, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(owner)
    burn(owner, call("2025-10-01T12:00Z"))
    with django_assert_max_num_queries(8) as one_row:
        client.get("/estimate?period=all")
    for n in range(25):
        burn(owner, *(call(f"2025-10-0{1 + n % 9}T12:00Z", model) for model in MODELS), source=uuid.UUID(int=n + 1))
        own(owner, on=date(2025, 10, 1) + timedelta(days=n))

    with django_assert_max_num_queries(8) as many_rows:
        page = client.get("/estimate?period=all")

    assert len(many_rows) == len(one_row)
    assert len(page.content) < 120_000
