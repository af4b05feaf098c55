"""The list of threads: in any order, page by page, as trees, and nobody else's."""

from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from codextime.accounts.models import User
from codextime.dashboard.threads.listing import ThreadList
from codextime.dashboard.threads.query import SORTS, read_query
from codextime.dashboard.threads.reading import TREES_PER_PAGE
from codextime.dashboard.threads.selectors import get_threads
from codextime.lib import formats
from codextime.usage.models import Thread
from codextime.usage.threads import rename_thread
from tests.dashboard.threads import START, group, in_thread, minutes, thread_of

MOST_QUERIES = 12


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def names(user: User, **query: str) -> list[str]:
    """Of the trees in the order of the list; threads are named by their numbers."""
    rows = get_threads(user=user, query=read_query(query), now=timezone.now()).rows
    return [row.name for row in rows if not row.depth]


def number_threads(user: User) -> None:
    for thread in Thread.objects.filter(user=user):
        rename_thread(thread=thread, name=str(thread.key.int))


@pytest.fixture
def varied(owner: User) -> User:
    """Four threads; each is the first by another column, the last one has a model without a rate."""
    group(
        owner,
        in_thread(1, START, tokens=(100_000, 0, 0, 10, 0)),
        *(in_thread(2, START + minutes(n), model="gpt-5.1-codex", tokens=(100, 95, 0, 1, 0)) for n in range(5)),
        in_thread(3, START + minutes(3), model="gpt-5.2", tokens=(390_000, 10, 0, 1, 0)),
        in_thread(4, START - timedelta(days=2), model="custom", tokens=(500_000, 300_000, 0, 5, 0)),
        in_thread(4, START - timedelta(days=1), model="custom"),
        in_thread(4, START + timedelta(hours=1), model="custom", tokens=(5, 0, 0, 0, 0)),
    )
    number_threads(owner)
    return owner


FIRST = {"latest": "4", "calls": "2", "duration": "4", "tokens": "4", "estimate": "3", "cached": "2", "context": "3"}
FIRST |= {"name": "4", "credits": "3", "signals": "3"}


@pytest.mark.parametrize("sort", FIRST)
def test_each_column_puts_its_largest_first_and_the_other_way_round_last(varied: User, sort: str) -> None:
    falling = names(varied, sort=f"-{sort}")

    assert falling[0] == FIRST[sort]
    assert names(varied, sort=sort)[-1] == FIRST[sort]
    assert sorted(falling) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("sort", [f"{sign}{sort}" for sort in SORTS for sign in ("", "-")])
def test_page_after_page_shows_every_thread_once_and_so_does_the_way_back(owner: User, sort: str) -> None:
    number = 2 * TREES_PER_PAGE + 3
    calls = [
        in_thread(n, START + minutes(n // 3), tokens=(100 * (n // 4), 50 * (n // 8), 0, 1, 0)) for n in range(number)
    ]
    group(owner, *calls)
    number_threads(owner)
    pages = [get_threads(user=owner, query=read_query({"sort": sort}), now=timezone.now())]
    while pages[-1].following:
        pages.append(follow(owner, pages[-1].following))
    back = pages[-1:]
    while back[-1].previous:
        back.append(follow(owner, back[-1].previous))

    assert sorted(int(row.name) for page in pages for row in page.rows) == list(range(number))
    assert [page.rows for page in back] == [page.rows for page in reversed(pages)]
    assert [len(page.rows) for page in pages] == [TREES_PER_PAGE, TREES_PER_PAGE, 3]


def follow(owner: User, link: str) -> ThreadList:
    asked = read_query(dict(parse_qsl(link.removeprefix("?"))))
    return get_threads(user=owner, query=asked, now=timezone.now())


def test_a_tree_is_one_row_with_its_parts_below_it(owner: User) -> None:
    group(
        owner,
        in_thread(1, START),
        in_thread(2, START + minutes(1), parent=1),
        in_thread(3, START + minutes(2), parent=2),
        in_thread(5, START, parent=99),
    )
    number_threads(owner)

    rows = get_threads(user=owner, query=read_query({}), now=timezone.now()).rows

    assert [(row.name, row.depth, row.calls, row.note) for row in rows] == [
        ("1", 0, "3", "with 2 sub-agents"),
        ("1", 1, "1", "by itself"),
        ("2", 1, "1", ""),
        ("3", 2, "1", ""),
        ("5", 0, "1", ""),
    ]


def test_a_parent_that_did_nothing_in_the_period_has_no_row_by_itself(owner: User) -> None:
    group(owner, in_thread(1), in_thread(2, timezone.now(), parent=1))
    number_threads(owner)

    rows = get_threads(user=owner, query=read_query({"period": "7d"}), now=timezone.now()).rows

    assert [(row.name, row.depth, row.calls) for row in rows] == [("1", 0, "1"), ("2", 1, "1")]


def test_threads_in_a_circle_are_rows_of_their_own(owner: User) -> None:
    group(owner, in_thread(1, parent=2), in_thread(2, START + minutes(1), parent=1), in_thread(3, parent=3))
    number_threads(owner)

    assert sorted(names(owner)) == ["1", "2", "3"]


def test_the_list_can_be_narrowed_and_then_counts_only_what_matches(owner: User) -> None:
    group(owner, in_thread(1), in_thread(1, timezone.now(), model="gpt-5.2"), in_thread(2), label="desk")
    number_threads(owner)

    rows = get_threads(user=owner, query=read_query({"period": "7d"}), now=timezone.now()).rows
    assert [(row.name, row.calls, row.models) for row in rows] == [("1", "1", "gpt-5.2")]
    assert names(owner, model="gpt-5.2", label="desk") == ["1"]
    assert names(owner, label="nowhere") == names(owner, model="nothing") == []
    assert names(owner, period="nonsense", sort="nonsense", after="nonsense") == names(owner)


def test_signals_follow_their_rules(varied: User) -> None:
    rows = get_threads(user=varied, query=read_query({}), now=timezone.now()).rows
    signals = {row.name: [signal.name for signal in row.signals] for row in rows}

    assert signals == {
        "1": ["low cache"],
        "2": ["unpriced"],  # since its rate ended
        "3": ["large thread", "context bloat", "low cache"],
        "4": ["large thread", "unpriced"],
    }


def test_what_is_not_known_is_said_so(signed_in: Client, owner: User) -> None:
    group(owner, in_thread(1, model="custom"))

    page = unescape(signed_in.get("/threads").text)

    assert "unpriced" in page
    assert page.count(">unknown<") == 2  # credits and context
    assert f'<td class="number" data-name="Duration">{formats.NONE}</td>' in page


def test_a_name_is_what_its_owner_typed_and_is_not_taken_for_markup(signed_in: Client, owner: User) -> None:
    group(owner, in_thread(1))
    path = f"/threads/{thread_of(owner, 1).pk}"

    signed_in.post(f"{path}/name", {"name": " <b>Büro</b> "})

    assert "&lt;b&gt;Büro&lt;/b&gt;" in signed_in.get("/threads").text
    assert signed_in.post(f"{path}/name", {"name": "x" * 61}).status_code == 400
    signed_in.post(f"{path}/name", {"name": ""})
    assert thread_of(owner, 1).name == ""


def test_threads_of_others_are_nowhere(signed_in: Client, owner: User, stranger: User) -> None:
    group(owner)
    group(stranger, in_thread(1))
    other = thread_of(stranger, 1)

    assert "No threads yet" in signed_in.get("/threads").text
    assert signed_in.get(f"/threads/{other.pk}").status_code == 404
    assert signed_in.post(f"/threads/{other.pk}/name", {"name": "mine"}).status_code == 404


def test_who_does_not_group_calls_is_told_what_it_would_show_and_send(signed_in: Client, owner: User) -> None:
    for path, status in (("/threads", 200), ("/threads/1", 404)):
        answer = signed_in.get(path)

        assert answer.status_code == status
        for words in ("What this page would show", "What it would send", "/settings/sessions/group"):
            assert words in answer.text


def test_many_threads_take_as_many_queries_as_one(signed_in: Client, owner: User) -> None:
    queries = []
    for number in (range(1), range(1, 60)):
        group(owner, *(in_thread(n, START + minutes(n), parent=n // 2 if n > 1 else None) for n in number))
        for sort in ("-latest", "-estimate"):
            with CaptureQueriesContext(connection) as counted:
                signed_in.get(f"/threads?sort={sort}&period=year")
            queries.append(len(counted))

    assert len(set(queries)) == 1
    assert queries[0] <= MOST_QUERIES
