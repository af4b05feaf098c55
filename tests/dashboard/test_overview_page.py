"""The overview as a page: whose it is, what it costs, what its address may say."""

import re
import uuid

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from codextime.accounts.models import User
from tests.usage.burning import burn, call

AUTUMN = "/dashboard?period=month&on=2025-10-15"


def test_an_anonymous_visitor_is_sent_to_sign_in(client: Client, db: None) -> None:
    answer = client.get("/dashboard?period=year")

    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/dashboard%3Fperiod%3Dyear"


def test_without_usage_it_shows_the_exact_command_to_run(client: Client, owner: User) -> None:
    client.force_login(owner)

    page = client.get("/dashboard").text

    assert f"pipx run codextime-tracker {owner.public_id} --server http://localhost:8000" in page


def test_calls_that_have_arrived_but_are_not_added_up_yet_are_announced(client: Client, owner: User) -> None:
    client.force_login(owner)
    burn(owner, call("2025-10-01T12:00+00:00"), is_rebuilt=False)

    page = client.get("/dashboard").text

    assert "Your calls have arrived" in page
    assert "1\u00a0date is being rebuilt." in page


def test_everybody_sees_their_own_usage_and_nothing_of_anybody_else(
    client: Client, owner: User, stranger: User
) -> None:
    burn(owner, call("2025-10-10T12:00+00:00", tokens=(11_111, 0, 0, 0, 0)), label="owner's laptop")
    burn(stranger, call("2025-10-10T12:00+00:00", "gpt-5", (22, 0, 0, 0, 0)), label="stranger's laptop")

    pages = {}
    for user in (owner, stranger):
        client.force_login(user)
        pages[user] = client.get(AUTUMN).text

    assert "11,111 tokens" in pages[owner]
    assert "owner&#x27;s laptop" in pages[owner]
    assert "stranger&#x27;s laptop" not in pages[owner]
    assert "22 tokens" in pages[stranger]
    assert "11,111" not in pages[stranger]
    assert "owner&#x27;s laptop" not in pages[stranger]


def test_more_rows_do_not_cost_more_queries(
    client: Client, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(owner)
    burn(owner, call("2025-10-01T12:00+00:00"))
    with django_assert_max_num_queries(12) as one_row:
        client.get(AUTUMN)
    models = ("gpt-5", "o3", "gpt-5-codex", "custom", "gpt-5.1")
    for day in range(2, 7):
        label = f"label {day}"
        burn(owner, *(call(f"2025-10-0{day}T12:00+00:00", model) for model in models), label=label, source=uuid.uuid4())

    with django_assert_max_num_queries(12) as many_rows:
        client.get(AUTUMN)

    assert len(many_rows) == len(one_row)


@pytest.mark.parametrize(
    "asked",
    [
        "period=century",
        "on=2025-13-40",
        "on=9999-12-31",
        "on=0001-01-01&period=7d",
        "measure=%00",
        "by=by&period[]=1",
        "x" * 2000,
    ],
)
def test_an_address_that_makes_no_sense_shows_a_page_all_the_same(client: Client, owner: User, asked: str) -> None:
    client.force_login(owner)
    burn(owner, call("2025-10-01T12:00+00:00"))

    assert client.get(f"/dashboard?{asked}").status_code == 200


@pytest.mark.parametrize("period", ["today", "7d", "30d", "month", "year", "all"])
def test_every_kind_of_link_of_the_page_leads_to_a_page(client: Client, owner: User, period: str) -> None:
    client.force_login(owner)
    burn(owner, call("2025-10-01T12:00+00:00"), call("2025-12-31T23:59+00:00"))

    page = client.get(f"/dashboard?period={period}&by=week&measure=value&on=2025-11-30").text

    links = set(re.findall(r'href="(\?[^"]*)"', page))
    assert "?period=year&amp;measure=value&amp;by=week" in links
    for link in sorted(links)[:: max(1, len(links) // 3)]:
        assert client.get("/dashboard" + link.replace("&amp;", "&")).status_code == 200


def test_what_a_user_typed_is_text_on_the_page(client: Client, owner: User) -> None:
    client.force_login(owner)
    burn(owner, call("2025-10-01T12:00+00:00"), label="<script>alert(1)</script>")

    page = client.get(AUTUMN).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_the_strict_content_security_policy_has_nothing_to_stop(client: Client, owner: User) -> None:
    client.force_login(owner)
    burn(owner, call("2025-10-01T12:00+00:00"))

    answer = client.get(AUTUMN)

    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not re.search(r"""\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc="/static/)""", answer.text)
    assert not re.search(r"""\b(?:src|srcset|action|poster)="(?:https?:)?//""", answer.text)


def test_it_is_never_kept_by_a_cache(client: Client, owner: User) -> None:
    client.force_login(owner)

    assert "no-store" in client.get("/dashboard")["Cache-Control"]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_can_only_be_read(client: Client, owner: User, method: str) -> None:
    client.force_login(owner)

    assert getattr(client, method)("/dashboard").status_code == 405


@pytest.mark.parametrize(("models", "is_together"), [(1, True), (3, True), (4, False)])
def test_models_and_labels_share_a_column_while_they_are_few(
    client: Client, owner: User, models: int, is_together: bool
) -> None:
    client.force_login(owner)
    burn(owner, *(call("2025-10-01T12:00+00:00", f"gpt-5.{number}") for number in range(models)), label="laptop")

    text = client.get(AUTUMN).text

    before_the_hours = text[: text.index("When you work")]
    assert ('<div class="column">' in before_the_hours) == is_together
    assert text.count("<h2>Models</h2>") == text.count("<h2>Labels</h2>") == 1


@pytest.mark.parametrize(("models", "labels", "beside"), [(4, 4, "Models"), (1, 4, "Labels"), (4, 1, "Models")])
@pytest.mark.parametrize("path", [AUTUMN, "/days/2025-10-01"])
def test_the_longer_list_stands_beside_the_chart(
    client: Client, owner: User, path: str, models: int, labels: int, beside: str
) -> None:
    client.force_login(owner)
    for number in range(1, labels + 1):
        calls = (call("2025-10-01T12:00+00:00", f"gpt-5.{model}") for model in range(models))
        burn(owner, *calls, label=f"machine {number}", source=uuid.UUID(int=number))

    titles = re.findall(r"<h2[^>]*>(.*?)</h2>", client.get(path).text)

    chart = next(place for place, title in enumerate(titles) if title.startswith("Tokens by"))
    assert titles[chart + 1] == beside
    assert titles.count("Models") == titles.count("Labels") == 1


@pytest.mark.parametrize(
    ("models", "shown", "further"), [(4, 4, ""), (5, 3, "2\u00a0more models"), (6, 3, "3\u00a0more models")]
)
def test_of_many_models_without_a_rate_the_smallest_are_folded_away(
    client: Client, owner: User, models: int, shown: int, further: str
) -> None:
    """Each of them is there; the one with the most tokens comes first."""
    client.force_login(owner)
    burn(owner, *(call("2025-10-01T12:00+00:00", f"codex-{n}", (1000 * n, 0, 0, 0, 0)) for n in range(1, models + 1)))

    page = client.get(AUTUMN).text

    left_out = page[page.index("Left out of the estimate") :]
    first, _fold, folded = left_out.partition('<details class="unpriced-further">')
    names = [re.findall(r"<li><strong>(codex-\d)</strong>", part) for part in (first, folded)]
    assert names == [
        [f"codex-{n}" for n in range(models, models - shown, -1)],
        [f"codex-{n}" for n in range(models - shown, 0, -1)],
    ]
    assert further in folded
