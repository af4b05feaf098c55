"""Sharing a seat: what is shown before, what it takes, and how it ends."""

import datetime
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.pricing.models import OwnRate
from codextime.teams import forms, seats
from codextime.teams.models import AuditEntry, Seat, SeatSource
from codextime.usage.erasing import ask_to_erase_usage, erase_usage
from codextime.usage.models import Source
from tests.teams.crew import Crew, make_crew, share
from tests.usage.burning import burn, call

HOME, OTHER_HOME = uuid.UUID(int=1), uuid.UUID(int=2)
URL = "/teams/crew/seats/share"


@pytest.fixture
def member(crew: Crew) -> Client:
    return crew.client("member")


@pytest.fixture
def user(crew: Crew) -> User:
    return crew.users["member"]


def asked_for(*sources: Source, **changed: str) -> dict[str, object]:
    return {"sources": [source.pk for source in sources], "label": "Desk", "starts_on": "2026-11-02"} | changed


def burn_home(user: User, *calls: object, home: uuid.UUID = HOME) -> Source:
    burn(user, *calls, source=home, label=f"home {home.int}")
    return Source.objects.get(user=user, key=home)


def test_the_preview_is_the_days_of_the_team_from_the_chosen_one_on(member: Client, user: User) -> None:
    # In Berlin, 23:30 UTC on the first is the second.
    home = burn_home(
        user,
        call("2026-11-01T22:30+00:00"),
        call("2026-11-01T23:30+00:00"),
        call("2026-11-20T10:00+00:00", "gpt-5.4-mini"),
    )
    burn_home(user, call("2026-11-20T11:00+00:00", tokens=(777_777, 0, 0, 0, 0)), home=OTHER_HOME)

    page = member.get(URL, asked_for(home)).text

    assert '<span title="2,400">2,400</span>' in page
    assert "Mon 2 Nov 2026" in page
    assert "Sun 1 Nov 2026" not in page
    assert "gpt-5.4-mini" in page
    assert "777" not in page
    assert not Seat.objects.exists()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Tokyo"])  # the first is the team's
def test_the_preview_is_the_same_whatever_zone_its_member_lives_in(member: Client, user: User, zone: str) -> None:
    user.time_zone = zone
    user.save()
    OwnRate.objects.create(
        user=user,
        model="gpt-5.4",
        effective_from=datetime.date(2026, 1, 1),
        input=500,
        output=900,
        typed_at=timezone.now(),
    )
    home = burn_home(
        user, call("2026-11-01T22:30+00:00"), call("2026-11-01T23:30+00:00"), call("2026-11-20T10:00+00:00")
    )

    page = member.get(URL, asked_for(home)).text

    assert '<span title="2,400">2,400</span>' in page
    assert "$0.01" in page
    assert "Sun 1 Nov 2026" not in page


def test_it_is_shared_by_the_button_below_the_preview(member: Client, user: User) -> None:
    home = burn_home(user, call("2026-11-20T10:00+00:00"))

    assert member.post(URL, asked_for(home, keeps_past="on"), follow=True).status_code == 200

    seat = Seat.objects.get()
    assert (seat.label, seat.user, str(seat.starts_on), seat.ends_on) == ("Desk", user, "2026-11-02", None)
    assert [of_seat.source for of_seat in SeatSource.objects.filter(seat=seat)] == [home]
    assert "All your sources are shared" in member.get(URL).text


def test_nobody_shares_what_is_not_theirs(member: Client, crew: Crew) -> None:
    theirs = burn_home(crew.users["owner"], call("2026-11-20T10:00+00:00"))

    for send in (member.get, member.post):
        answer = send(URL, asked_for(theirs))
        assert answer.status_code == 400
        assert "home 1" not in answer.text
    with pytest.raises(seats.SourceNotFound):
        seats.share_seat(
            actor=crew["member"],
            source_ids=[theirs.pk],
            label="Mine",
            starts_on=timezone.now().date(),
            keeps_past=False,
            now=timezone.now(),
        )
    assert not Seat.objects.exists()


def test_a_source_is_in_one_seat_of_a_team(member: Client, user: User) -> None:
    home = burn_home(user, call("2026-11-20T10:00+00:00"))
    member.post(URL, asked_for(home))

    assert member.post(URL, asked_for(home)).status_code == 400
    assert Seat.objects.count() == 1


@pytest.mark.parametrize("starts_on", ["2019-12-31", "2999-01-01", "", "yesterday", "2026-02-30", "-1"])
def test_a_date_out_of_range_is_refused(starts_on: str, member: Client, user: User) -> None:
    home = burn_home(user, call("2026-11-20T10:00+00:00"))

    for send in (member.get, member.post):
        assert send(URL, asked_for(home, starts_on=starts_on)).status_code == 400
    assert not Seat.objects.exists()


def test_ended_it_shows_up_to_yesterday_or_nothing(crew: Crew, member: Client) -> None:
    stays, goes = share(crew["member"], "stays"), share(crew["member"], "goes")
    for seat in (stays, goes):
        member.post(f"/teams/crew/seats/{seat.public_id}/end", {"past": seat.label})

    [left] = Seat.objects.all()
    assert left.label == "stays"
    assert left.ends_on == seats.today_in(crew.team, timezone.now()) - datetime.timedelta(days=1)
    assert not SeatSource.objects.filter(is_current=True).exists()


def test_ended_on_its_first_day_nothing_stays(crew: Crew, member: Client) -> None:
    seat = share(crew["member"], days_ago=0)

    member.post(f"/teams/crew/seats/{seat.public_id}/end", {"past": "stays"})

    assert not Seat.objects.exists()


def test_shared_anew_no_day_is_there_twice(crew: Crew, member: Client) -> None:
    seat = share(crew["member"])
    source = SeatSource.objects.get().source
    member.post(f"/teams/crew/seats/{seat.public_id}/end", {"past": "stays"})
    today = seats.today_in(crew.team, timezone.now())
    yesterday = str(today - datetime.timedelta(days=1))

    refused = member.post(URL, asked_for(source, starts_on=yesterday))
    assert (refused.status_code, f"up to {yesterday}" in refused.text) == (400, True)
    assert member.post(URL, asked_for(source, starts_on=str(today))).status_code == 302

    assert Seat.objects.count() == 2


def test_with_another_zone_a_seat_never_shows_more(crew: Crew) -> None:
    seat = share(crew["member"])
    began = datetime.datetime.combine(seat.starts_on, datetime.time(), crew.team.zone)

    for zone in ("America/New_York", "Pacific/Kiritimati", "Europe/Berlin", "Asia/Kolkata"):
        crew.client("owner").post("/teams/crew/settings", {"name": "Crew", "time_zone": zone})
        seat.refresh_from_db()
        crew.team.refresh_from_db()
        starts_at = datetime.datetime.combine(seat.starts_on, datetime.time(), crew.team.zone)
        assert datetime.timedelta(0) <= starts_at - began < datetime.timedelta(days=1)


def test_a_day_that_goes_with_a_zone_comes_back_with_the_one_before(crew: Crew) -> None:
    seat = share(crew["member"])
    Seat.objects.update(starts_on=datetime.date(2025, 3, 1), ends_on=datetime.date(2025, 3, 31))
    days = []

    for zone in (
        "America/Los_Angeles",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "America/Los_Angeles",
        "Europe/Berlin",
    ):
        crew.client("owner").post("/teams/crew/settings", {"name": "Crew", "time_zone": zone})
        seat.refresh_from_db()
        days.append((seat.starts_on.isoformat()[5:], seat.ends_on and seat.ends_on.isoformat()[5:]))

    west, east = ("03-01", "03-30"), ("03-02", "03-31")
    assert days == [west, east, west, west, ("03-01", "03-31")]


def test_a_seat_that_ends_after_a_change_of_the_zone_ends_by_the_days_of_then(crew: Crew) -> None:
    seat = share(crew["member"])
    crew.client("owner").post("/teams/crew/settings", {"name": "Crew", "time_zone": "Asia/Tokyo"})
    Seat.objects.update(ends_on=datetime.date(2035, 3, 31))

    for zone in ("UTC", "Asia/Tokyo"):
        crew.client("owner").post("/teams/crew/settings", {"name": "Crew", "time_zone": zone})
        seat.refresh_from_db()

    assert seat.ends_on == datetime.date(2035, 3, 31)


def test_erasing_all_usage_empties_the_seat(crew: Crew, user: User) -> None:
    share(crew["member"])

    ask_to_erase_usage(user=user, now=timezone.now())
    assert erase_usage(user_id=user.pk)

    assert Seat.objects.count() == 1
    assert not SeatSource.objects.exists()


def test_managers_give_seats_budgets_and_take_them_out(crew: Crew) -> None:
    seat, owned = share(crew["member"]), share(crew["owner"])
    admin, path = crew.client("admin"), f"/teams/crew/seats/{seat.public_id}"

    assert admin.post(f"{path}/budget", {"monthly_token_budget": "1,000,000"}).status_code == 302
    seat.refresh_from_db()
    assert seat.monthly_token_budget == 1_000_000
    for odd in ("0", "-5", "1e9", "9" * 30):
        refused = admin.post(f"{path}/budget", {"monthly_token_budget": odd})
        assert (refused.status_code, f'value="{odd}"' in refused.text) == (400, True)
    assert admin.post(f"/teams/crew/seats/{owned.public_id}/remove").status_code == 403
    assert admin.post(f"{path}/remove").status_code == 302

    assert list(Seat.objects.all()) == [owned]


@pytest.mark.parametrize(
    ("typed", "tokens"),
    [
        *(("1,000,000", 1_000_000), ("1.000.000", 1_000_000), ("1\u202f000\u202f000", 1_000_000)),
        *(("1\u2019000", 1_000), ("12,34,567", 1_234_567), ("5.0", 5), ("", None)),
    ],
)
def test_a_budget_is_read_as_pages_write_it(typed: str, tokens: int | None) -> None:
    form = forms.BudgetForm({"monthly_token_budget": typed})

    assert form.is_valid()
    assert form.cleaned_data["monthly_token_budget"] == tokens


@pytest.mark.parametrize("typed", ["1.5", "1,5", "0.5", "0.500", "1.2.3", "1,0000", "1,000.5", "5,0"])
def test_a_fraction_is_no_budget_ten_times_as_large(typed: str) -> None:
    assert not forms.BudgetForm({"monthly_token_budget": typed}).is_valid()


def test_a_seat_ends_once(crew: Crew, member: Client) -> None:
    seat = share(crew["member"])
    path, admin = f"/teams/crew/seats/{seat.public_id}", crew.client("admin")
    member.post(f"{path}/end", {"past": "stays"})

    assert "has ended already" in member.post(f"{path}/end", {"past": "stays"}, follow=True).text
    assert member.post(f"{path}/edit", {"label": "Old desk"}).status_code == 302  # its page does not ask about the past
    assert "Take it out" not in admin.get(f"{path}/edit").text
    assert "has ended already" in admin.post(f"{path}/remove", follow=True).text

    seat.refresh_from_db()
    assert (seat.label, seat.keeps_past) == ("Old desk", True)
    assert AuditEntry.objects.filter(action="unshared").count() == 1


def test_with_the_right_of_one_team_nothing_is_done_to_a_seat_of_another(crew: Crew) -> None:
    other = make_crew("other", owner=crew.users["member"])
    seat, now = share(other["owner"]), timezone.now()
    member, admin = crew["member"], crew["admin"]

    for step in (
        lambda: seats.end_own_seat(actor=member, seat=seat, keeps_past=False, now=now),
        lambda: seats.change_seat(actor=member, seat=seat, label="x", keeps_past=True, now=now),
        lambda: seats.end_seat_of_another(actor=admin, seat=seat, now=now),
        lambda: seats.set_seat_budget(actor=admin, seat=seat, monthly_token_budget=1, now=now),
    ):
        with pytest.raises(seats.SeatGone):
            step()

    seat.refresh_from_db()
    assert (seat.label, seat.ends_on, seat.monthly_token_budget) == ("Desk", None, None)
