"""What a team's pages show: sums of what its seats used, in the team's days, and nothing else of anybody."""

import re
from datetime import date

import pytest
from celery import current_app
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from codextime.accounts.models import User
from codextime.teams import rollups
from codextime.teams.models import Role, Seat, Team
from tests.conftest import make_person
from tests.teams.sharing import join, make_team, share, share_new, use
from tests.usage.burning import burn, call

OCTOBER = "?period=month&on=2025-10-15"
PAGES = ["/teams/acme", "/teams/acme/seats", "/teams/acme/board", "/teams/acme/seats.csv"]


@pytest.fixture
def team(owner: User) -> Team:
    team = make_team(is_board_on=True)
    join(team, owner, "Ada", Role.OWNER)
    return team


@pytest.fixture
def member(team: Team, stranger: User) -> User:
    join(team, stranger, "Bo")
    return stranger


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(user: User, path: str) -> str:
    answer = client_of(user).get(path)
    assert answer.status_code == 200
    return answer.getvalue().decode()


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.replace("\u00a0", " ")))


def test_the_overview_adds_up_what_the_seats_of_the_period_used(owner: User, member: User, team: Team) -> None:
    share_new(team, owner, call("2025-10-10T12:00+00:00", tokens=(1000, 0, 0, 11, 0)), label="desk")
    share_new(team, member, call("2025-10-11T12:00+00:00", tokens=(2000, 0, 0, 22, 0)), label="laptop")
    share_new(team, member, call("2025-09-11T12:00+00:00", tokens=(5000, 0, 0, 0, 0)), label="old one")

    page = text_of(member, f"/teams/acme{OCTOBER}")

    assert 'title="3,033 tokens"' in page
    assert "2 / 3" in page
    assert "2 of 3 seats had calls" in page
    assert "changes against 1" in page.replace("\u00a0", " ")
    assert all(f"{label}</th><td" in page for label in ("desk", "laptop"))
    assert "old one" not in page


def test_days_are_those_of_the_team(owner: User, team: Team) -> None:
    Team.objects.update(time_zone="Asia/Tokyo")
    owner.time_zone = "America/Los_Angeles"
    owner.save()
    share_new(team, owner, call("2025-10-10T20:00+00:00", tokens=(1234, 0, 0, 0, 0)))

    days = {day: plain(text_of(owner, f"/teams/acme?period=today&on=2025-10-{day}")) for day in (10, 11)}

    assert "Tokens burned 1,234" in days[11]
    assert "Tokens burned 0" in days[10]
    assert "Asia/Tokyo" in days[11]


@pytest.mark.parametrize("period", ["today", "7d", "30d", "month", "year", "all", "custom"])
def test_every_period_and_view_of_it_has_a_page(owner: User, team: Team, period: str) -> None:
    share_new(team, owner, call("2025-10-01T12:00+00:00"), call("2025-12-31T23:59+00:00", "custom"))
    asked = f"period={period}&on=2025-12-31&from=2025-10-01&to=2025-12-31"

    for view in ("", "&stack=model", "&by=week&measure=value", "&by=month&only=laptop", "&only=other&year=2025"):
        assert client_of(owner).get(f"/teams/acme?{asked}{view}").status_code == 200
    for page in PAGES[1:]:
        assert client_of(owner).get(f"{page}?{asked}").status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_dates_that_make_no_period_are_explained(owner: User, team: Team, path: str) -> None:
    answer = client_of(owner).get(f"{path}?period=custom&from=2025-12-31&to=2025-10-01")

    assert answer.status_code == 400
    assert "These dates make no period" in answer.text


@pytest.mark.parametrize(
    "asked", ["period=x", "on=9999-12-31", "sort=x&after=x", "stack=%00&by=x", "after=" + "f" * 32]
)
def test_an_address_that_makes_no_sense_shows_a_page_all_the_same(owner: User, team: Team, asked: str) -> None:
    share_new(team, owner, call("2025-10-01T12:00+00:00"))

    for page in PAGES[:3]:
        assert client_of(owner).get(f"{page}?{asked}").status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_nothing_of_anybody_shows_but_what_the_seats_used(owner: User, member: User, team: Team, path: str) -> None:
    member.email, member.time_zone = "sentinel@example.org", "Atlantic/Faroe"
    member.save()
    secret = call("2025-10-10T12:00+00:00", "sentinel-model", tokens=(77_777, 0, 0, 0, 0))
    use(member, secret, label="sentinel-unshared")
    shared = call("2025-10-10T12:00+00:00")._replace(thread="f" * 32)
    seat = share(team, member, "laptop", [use(member, shared, call("2025-10-09T12:00+00:00"), label="sentinel-label")])
    Seat.objects.filter(pk=seat.pk).update(starts_on=date(2025, 10, 10))
    rollups.rebuild()

    text = text_of(owner, f"{path}{OCTOBER}")

    assert "laptop" in text
    assert "1,200" in text.replace("1200", "1,200")
    for private in ("sentinel", "77,777", "77777", "2,400", "2400", "Faroe", shared.call_id.hex(), "f" * 32):
        assert private not in text, private
    assert member.public_id not in text


def test_the_chart_by_seat_shows_the_largest_and_all_others_as_one(owner: User, team: Team) -> None:
    for number in range(1, 8):
        share_new(
            team, owner, call("2025-10-10T12:00+00:00", tokens=(number * 1000, 0, 0, 0, 0)), label=f"seat {number}"
        )

    page = text_of(owner, f"/teams/acme{OCTOBER}")

    legend = re.findall(r'<span class="key (series-\w+)"></span>(\w+(?: \d)?)</a>', page)
    assert legend == [*((f"series-{n}", f"seat {8 - n}") for n in range(1, 6)), ("series-other", "other")]
    assert "2 more seats" in page.replace("\u00a0", " ")
    assert "28,000 tokens" in page
    assert "other 3,000" in page


def test_seats_of_one_label_are_told_apart(owner: User, member: User, team: Team) -> None:
    for user in (owner, member, member):
        share_new(team, user, call("2025-10-10T12:00+00:00"), label="laptop")

    page = text_of(owner, f"/teams/acme{OCTOBER}")

    assert "laptop · Ada" in page
    assert "laptop · Bo (2)" in page
    assert "laptop · Bo (3)" in page


def test_a_seat_that_is_still_being_added_up_is_announced(owner: User, team: Team) -> None:
    share(team, owner, "laptop", [use(owner, call("2025-10-10T12:00+00:00"))])

    before = text_of(owner, "/teams/acme").replace("\u00a0", " ")
    rollups.rebuild()
    after = text_of(owner, "/teams/acme").replace("\u00a0", " ")

    assert "1 seat is being added up or taken out" in before
    assert "being added up" not in after


def test_a_seat_that_goes_is_announced_until_it_is_out_of_the_sums_and_a_rebuild_is_asked_for(
    owner: User, team: Team, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    seat = share_new(team, owner, call("2025-10-10T12:00+00:00"))
    current_app.control.purge()

    with django_capture_on_commit_callbacks(execute=True):
        client_of(owner).post(f"/teams/acme/seats/{seat.public_id}/end", {"past": "goes"})

    assert "being added up or taken out" in text_of(owner, "/teams/acme")
    assert current_app.control.purge() == 1
    rollups.rebuild()
    assert "being added up" not in text_of(owner, "/teams/acme")


@pytest.mark.parametrize(("used", "mark"), [(500, ""), (850, "nearly used up"), (1_500, "passed by 500")])
def test_a_budget_has_a_mark_when_it_is_nearly_used_up_or_passed(owner: User, team: Team, used: int, mark: str) -> None:
    Team.objects.update(monthly_token_budget=1_000)
    seat = share_new(team, owner, call("2025-10-10T12:00+00:00", tokens=(used, 0, 0, 0, 0)))
    Seat.objects.filter(pk=seat.pk).update(monthly_token_budget=1_000)
    share_new(team, owner, call("2025-10-10T12:00+00:00", tokens=(1, 0, 0, 0, 0)), label="other one")

    overview, table = (plain(text_of(owner, f"{page}{OCTOBER}")) for page in PAGES[:2])

    assert "Token budgets October 2025" in overview
    assert f"laptop {mark}" in overview
    assert mark in table
    assert ("nearly used up" in overview, "passed by" in overview) == (used == 850, used > 1_000)
    assert ("budget-passed" in text_of(owner, f"/teams/acme{OCTOBER}")) == (used > 1_000)


def rows_of(page: str) -> list[str]:
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    return [plain(row) for row in body.split("<tr")[1:]]


def test_the_table_says_of_each_seat_what_it_used(owner: User, member: User, team: Team) -> None:
    calls = [call("2025-10-10T12:00+00:00", "gpt-5", (1_000_000, 0, 0, 0, 0)), call("2025-10-12T12:00+00:00", "custom")]
    share_new(team, owner, *calls, call("2025-11-03T12:00+00:00"), label="desk")
    share_new(team, member, call("2025-09-11T12:00+00:00"), label="laptop")

    desk, laptop = rows_of(text_of(owner, f"/teams/acme/seats{OCTOBER}"))

    assert re.search(r"desk .*Ada .*1 M .*\$1\.25 .*2 .*gpt-5, custom .*3 Nov 2025", desk)
    assert re.search(r"laptop idle .*Bo .* 0 .*11 Sep 2025", laptop)


@pytest.mark.parametrize(
    ("sort", "labels"),
    [
        ("-tokens", ["b", "a", "c"]),
        ("tokens", ["c", "a", "b"]),
        ("label", ["a", "b", "c"]),
        ("-label", ["c", "b", "a"]),
        ("-days", ["a", "b", "c"]),
        ("-last", ["b", "a", "c"]),
        ("member", ["a", "c", "b"]),
    ],
)
def test_the_table_is_in_the_order_that_was_asked_for(
    owner: User, member: User, team: Team, sort: str, labels: list[str]
) -> None:
    share_new(team, owner, call("2025-10-10T12:00+00:00"), call("2025-10-11T12:00+00:00"), label="a")
    share_new(team, member, call("2025-10-12T12:00+00:00", tokens=(9_000, 0, 0, 0, 0)), label="b")
    share_new(team, owner, call("2025-09-12T12:00+00:00"), label="c")

    rows = rows_of(text_of(owner, f"/teams/acme/seats{OCTOBER}&sort={sort}"))

    assert [re.search(r"> ([abc]) ", row)[1] for row in rows] == labels  # type: ignore[index]


def test_a_long_table_comes_in_pages_without_a_seat_twice(owner: User, team: Team) -> None:
    source = use(owner, call("2025-10-10T12:00+00:00"))
    Seat.objects.bulk_create(
        Seat(team=team, user=owner, label=f"seat {n:03}", starts_on=date(2025, 1, 1), created_at=team.created_at)
        for n in range(120)
    )
    share(team, owner, "seat 120", [source])
    rollups.rebuild()

    labels, path = [], f"/teams/acme/seats{OCTOBER}&sort=label"
    for _ in range(5):
        page = text_of(owner, path)
        labels += re.findall(r"seat \d{3}", " ".join(rows_of(page)))
        following = re.search(r'rel="next" href="(\?[^"]+)">Next page', page)
        path = "/teams/acme/seats" + following[1].replace("&amp;", "&") if following else ""

    assert labels == [f"seat {n:03}" for n in range(121)]
    assert path == ""


def test_a_seat_that_ended_shows_in_periods_in_which_it_was_there(owner: User, team: Team) -> None:
    share_new(team, owner, call("2025-10-10T12:00+00:00"), ends_on=date(2025, 10, 12))

    october = plain(text_of(owner, f"/teams/acme/seats{OCTOBER}"))
    november = plain(text_of(owner, "/teams/acme/seats?period=month&on=2025-11-15"))

    assert "laptop ended on 12 Oct 2025" in october
    assert "No seats in these days" in november


def test_the_board_ranks_seats_and_those_with_as_many_tokens_share_a_rank(
    owner: User, member: User, team: Team
) -> None:
    for label, tokens in (("a", 500), ("b", 900), ("c", 500), ("d", 100)):
        share_new(team, owner, call("2025-10-10T12:00+00:00", tokens=(tokens, 0, 0, 0, 0)), label=label)

    rows = rows_of(text_of(member, f"/teams/acme/board{OCTOBER}"))

    assert [re.findall(r"(?:> |^)(\d) +([abcd]) ", row)[0] for row in rows] == [
        *[("1", "b"), ("2", "a"), ("2", "c"), ("4", "d")]
    ]


def test_the_board_is_off_until_an_admin_switches_it_on(owner: User, team: Team) -> None:
    Team.objects.update(is_board_on=False)
    share_new(team, owner, call("2025-10-10T12:00+00:00"), label="desk")

    answer = client_of(owner).get(f"/teams/acme/board{OCTOBER}")

    assert answer.status_code == 404
    assert "This team has no board" in answer.text
    assert "desk" not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_who_is_not_in_the_team_learns_nothing(member: User, team: Team, path: str) -> None:
    nobody = make_person("nobody")

    answers = [client_of(nobody).get(asked) for asked in (path, path.replace("acme", "none"))]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert len({re.sub(r'value="\w{64}"|acme|none', "", answer.text) for answer in answers}) == 1
    assert Client().get(path)["Location"].startswith("/accounts/login/")
    assert client_of(member).get(path).status_code == 200
    assert client_of(member).post(path).status_code == 405


def test_more_seats_do_not_cost_more_queries(
    owner: User, team: Team, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client, paths = client_of(owner), [*(f"{page}{OCTOBER}" for page in PAGES[:3]), f"{PAGES[0]}{OCTOBER}&stack=model"]

    def count_each() -> dict[str, int]:
        counts = {}
        for path in paths:
            with django_assert_max_num_queries(12) as asked:
                client.get(path)
            counts[path] = len(asked)
        return counts

    Team.objects.update(monthly_token_budget=9)
    share_new(team, owner, call("2025-10-01T12:00+00:00"))
    one = count_each()
    for number in range(25):
        share_new(team, owner, call("2025-10-02T12:00+00:00", f"gpt-5.{number % 3}"), label=f"seat {number}")
    Seat.objects.update(monthly_token_budget=9)

    assert count_each() == one


def test_what_people_typed_is_text_on_every_page(owner: User, team: Team) -> None:
    Team.objects.update(name="<script>alert(1)</script>")
    share_new(team, owner, call("2025-10-10T12:00+00:00"), label="<script>alert(2)</script>")

    for page in PAGES[:3]:
        text = text_of(owner, f"{page}{OCTOBER}")
        assert "&lt;script&gt;alert(2)" in text
        assert "<script>alert" not in text


def test_ones_own_labels_have_the_same_page_without_a_team(
    owner: User, stranger: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    use(owner, call("2025-10-10T12:00+00:00", tokens=(1_111, 0, 0, 0, 0)), label="work laptop")
    use(owner, call("2025-10-11T12:00+00:00", tokens=(2_222, 0, 0, 0, 0)), label="CI")
    use(stranger, call("2025-10-11T12:00+00:00", tokens=(99_999, 0, 0, 0, 0)), label="sentinel")

    client = client_of(owner)

    with django_assert_max_num_queries(12):
        page = client.get(f"/seats{OCTOBER}").text

    assert 'title="3,333 tokens"' in page
    assert [row for row in rows_of(page) if "CI" in row or "work laptop" in row]
    assert "sentinel" not in page
    assert "99,999" not in page


def test_without_usage_ones_own_seats_say_how_to_begin(owner: User) -> None:
    assert "How to begin" in text_of(owner, "/seats")


def test_a_team_without_shared_seats_says_what_to_do(owner: User, team: Team) -> None:
    burn(owner, call("2025-10-10T12:00+00:00"))

    assert "Nothing is shared yet" in text_of(owner, "/teams/acme")


def test_a_seat_of_another_team_is_in_no_row(owner: User, member: User, team: Team) -> None:
    share(make_team("other"), member, "sentinel")
    share_new(team, owner, call("2025-10-10T12:00+00:00"))

    for page in PAGES[:3]:
        assert "sentinel" not in text_of(owner, f"{page}{OCTOBER}")


def test_seats_of_another_team_are_counted_nowhere(owner: User, member: User, team: Team) -> None:
    share_new(make_team("other"), member, call("2025-10-11T12:00+00:00", tokens=(9000, 0, 0, 0, 0)))
    share_new(team, owner, call("2025-10-10T12:00+00:00", tokens=(1000, 0, 0, 11, 0)))

    page = text_of(owner, f"/teams/acme{OCTOBER}")

    assert "1 of 1 seat had calls" in page
    assert 'title="1,011 tokens"' in page


def test_a_machine_counts_from_its_first_call_on_and_idles_from_the_day_it_was_added_on(
    owner: User, stranger: User, team: Team
) -> None:
    use(stranger, call("2025-10-10T12:00+00:00", tokens=(1234, 0, 0, 0, 0)))
    seat = share(team, stranger, "CI", is_team_owned=True, starts_on=date(2025, 12, 1))
    rollups.rebuild()
    page = f"/teams/acme/seats/{seat.public_id}"

    october, november, december = (
        plain(text_of(owner, f"/teams/acme/seats?period=month&on=2025-{month}-15")) for month in (10, 11, 12)
    )

    assert ("1 seat" in october, "CI" in october, "idle" in october) == (True, True, False)
    assert ("1 seat" in november, "CI" in november) == (False, False)
    assert ("1 seat" in december, "1 idle" in december) == (True, True)
    assert "Tokens burned 1,234" in plain(text_of(owner, f"/teams/acme{OCTOBER}"))
    assert "no person · all that it uploads" in plain(text_of(owner, f"{page}{OCTOBER}"))
    sheet = text_of(owner, f"/teams/acme/seats.csv{OCTOBER}").splitlines()
    assert dict(zip(sheet[0].split(","), sheet[1].split(","), strict=True))["shared_from"] == ""


def test_a_team_without_usage_says_whether_there_are_seats(owner: User, team: Team) -> None:
    assert "Nothing is shared yet" in text_of(owner, "/teams/acme")

    share(team, owner, "laptop", starts_on=date(2030, 1, 1))
    rollups.rebuild()

    page = text_of(owner, "/teams/acme")
    assert "There is a seat, and no usage in its days." in page
    assert "Nothing is shared yet" not in page
