"""The page of one seat: what it used, and what it is to the team."""

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from codextime.accounts.models import User
from codextime.teams import rollups
from codextime.teams.models import Role, Seat, Team
from tests.teams.sharing import join, make_team, share, share_new
from tests.teams.test_team_pages import OCTOBER, client_of, plain, text_of
from tests.usage.burning import call


@pytest.fixture
def team(owner: User, stranger: User) -> Team:
    team = make_team()
    join(team, owner, "Ada", Role.OWNER)
    join(team, stranger, "Bo")
    return team


def test_it_stands_below_the_seats(owner: User, team: Team) -> None:
    page = page_of(owner, share(team, owner, "desk"))

    assert '<a href="/teams/acme/seats" aria-current="true">' in page
    assert '<a href="/teams/acme" aria-current' not in page


def page_of(reader: User, seat: Seat, period: str = OCTOBER) -> str:
    return text_of(reader, f"/teams/acme/seats/{seat.public_id}{period}")


def test_a_seat_has_a_page_of_what_it_used_alone(owner: User, stranger: User, team: Team) -> None:
    seat = share_new(
        team,
        stranger,
        call("2025-10-10T12:00+00:00", "gpt-5", (1000, 0, 0, 11, 0)),
        label="desk",
        starts_on=date(2025, 9, 2),
    )
    share_new(team, owner, call("2025-10-11T12:00+00:00", "gpt-5.4", (3_033, 0, 0, 0, 0)), label="laptop")

    page = plain(page_of(owner, seat))

    assert "desk Bo · shared from 2 Sep 2025 on" in page
    assert "Tokens burned 1,011" in page
    assert "Share of the team 25 %" in page
    assert "gpt-5 " in page
    assert "gpt-5.4" not in page
    assert "laptop" not in page
    assert "Budget and more" in page
    assert "Budget and more" not in page_of(stranger, seat)


@pytest.mark.parametrize(("models", "is_beside"), [(2, True), (3, False)])
def test_the_estimate_stands_below_few_models_and_beside_the_chart(
    owner: User, team: Team, models: int, is_beside: bool
) -> None:
    calls = [call("2025-10-10T12:00+00:00", f"gpt-5.{n}") for n in range(1, models + 1)]

    page = page_of(owner, share_new(team, owner, *calls, label="desk"))

    assert ('<div class="column">' in page) == is_beside
    assert page.count("<h2>Models</h2>") == page.count("<h2>API-equivalent estimate</h2>") == 1


def test_a_seat_is_said_to_be_idle_ended_or_never_used(owner: User, team: Team) -> None:
    idle = share_new(team, owner, call("2025-09-10T12:00+00:00"), label="a")
    ended = share_new(team, owner, call("2025-10-10T12:00+00:00"), label="b", ends_on=date(2025, 10, 12))
    never = share(team, owner, "c")
    machine = share(team, owner, "d", is_team_owned=True)

    assert "idle" in plain(page_of(owner, idle)).partition("Tokens burned")[0]
    assert "shared from 1 Jan 2025 to 12 Oct 2025 ended" in plain(page_of(owner, ended))
    assert "Never used so far" in page_of(owner, never)
    assert "Run the tracker on the machine" in page_of(owner, machine)


def test_a_seats_budget_is_marked_on_its_page(owner: User, team: Team) -> None:
    seat = share_new(team, owner, call("2025-10-10T12:00+00:00"), monthly_token_budget=1_000)

    assert "This seat passed by 200 · 120 %" in plain(page_of(owner, seat))


def test_the_seat_of_another_team_is_not_there(owner: User, stranger: User, team: Team) -> None:
    other = make_team("other")
    join(other, stranger, "Bo", Role.OWNER)
    seat = share_new(other, stranger, call("2025-10-10T12:00+00:00"), label="sentinel")

    answers = [client_of(owner).get(f"/teams/{slug}/seats/{seat.public_id}") for slug in ("acme", "other")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert "sentinel" not in answers[0].text + answers[1].text


def test_the_table_leads_to_the_seats_in_the_same_period_and_to_idle_ones(owner: User, team: Team) -> None:
    seat = share_new(team, owner, call("2025-10-10T12:00+00:00"), label="desk")
    share(team, owner, "idle one")
    rollups.rebuild()

    page = text_of(owner, f"/teams/acme/seats{OCTOBER}")

    assert f"/teams/acme/seats/{seat.public_id}?period=month&amp;on=2025-10-15" in page
    assert 'sort=tokens">1 idle' in page.replace("\u00a0", " ")


def test_active_seats_are_compared_with_the_period_before(owner: User, team: Team) -> None:
    for label, day in (("a", "2025-10-10"), ("b", "2025-10-11"), ("c", "2025-09-10")):
        share_new(team, owner, call(f"{day}T12:00+00:00"), label=label)

    assert "Active seats 2 / 3 +1" in plain(text_of(owner, f"/teams/acme{OCTOBER}"))
    assert "Active seats 2 / 3 +1" in plain(text_of(owner, f"/seats{OCTOBER}"))


def test_the_page_costs_at_most_twelve_queries(
    owner: User, team: Team, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    seat = share_new(team, owner, call("2025-10-10T12:00+00:00"), monthly_token_budget=1_000)
    client = client_of(owner)

    with django_assert_max_num_queries(12):
        client.get(f"/teams/acme/seats/{seat.public_id}{OCTOBER}")
