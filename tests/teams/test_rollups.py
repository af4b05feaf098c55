"""What seats and teams used: exactly the slots of their sources, in the team's days, whatever happened in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F, Model, Sum

from codextime.accounts.models import User
from codextime.lib.advisory_locks import Lock
from codextime.teams import rollups
from codextime.teams.models import (
    ROLLUPS,
    Seat,
    SeatDay,
    SeatRateTotal,
    SeatRollup,
    SeatSource,
    SeatTotal,
    Team,
    TeamDay,
)
from codextime.usage.erasing import ask_to_erase_usage, erase_usage
from codextime.usage.mark_models import RebuiltDate
from codextime.usage.models import Source
from codextime.usage.readings import Withdrawal
from codextime.usage.services import rebuild_dirty_dates
from tests.at_once import start, wait_until, waiting_backends
from tests.teams.sharing import join, make_team, share, share_new, stored_sums, sums_by_hand, use
from tests.usage.burning import burn, call
from tests.usage.readings import moments_around, some_readings, store

ZONES = ["UTC", "Europe/Berlin", "Pacific/Apia", "America/St_Johns", "Asia/Kathmandu"]


def tokens_of(team: Team) -> int:
    found = TeamDay.objects.filter(team=team).aggregate(tokens=Sum(F("input_tokens") + F("output_tokens")))
    return int(found["tokens"] or 0)


def assert_all_right() -> None:
    rollups.rebuild()
    assert rollups.check_totals() == []


@pytest.mark.parametrize("zone", ZONES)
def test_a_seat_has_every_call_of_its_sources_on_the_teams_day(owner: User, zone: str) -> None:
    team = make_team(time_zone=zone)
    calls = list(some_readings(moments_around(date(2025, 10, 26))))  # clocks change in Berlin
    use(owner, call("2025-10-26T12:00+00:00", tokens=(77_777, 0, 0, 0, 0)))
    seat = share(team, owner, "laptop", [use(owner, *calls)])

    rollups.rebuild()

    assert stored_sums(seat) == sums_by_hand(calls, team, seat)
    assert tokens_of(team) == sum(one.input_tokens + one.output_tokens for one in calls)
    assert rollups.check_totals() == []


def test_a_seat_has_only_the_days_from_its_start_to_its_end(owner: User) -> None:
    team = make_team(time_zone="Asia/Tokyo")
    calls = [call(datetime(2025, 10, 1, tzinfo=UTC) + timedelta(hours=5 * n)) for n in range(40)]
    window = {"starts_on": date(2025, 10, 3), "ends_on": date(2025, 10, 5)}
    seat = share(team, owner, "laptop", [use(owner, *calls)], **window)

    rollups.rebuild()

    assert {on for on, _ in stored_sums(seat)} == {date(2025, 10, day) for day in (3, 4, 5)}
    assert stored_sums(seat) == sums_by_hand(calls, team, seat)


def test_calls_that_come_change_or_go_change_the_teams_totals(owner: User) -> None:
    team = make_team()
    first = call("2025-10-01T12:00+00:00")
    share_new(team, owner, first)
    source = Source.objects.get(user=owner)

    burn(owner, first._replace(revision=258, output_tokens=500), call("2025-10-02T12:00+00:00"), source=source.key)
    rollups.rebuild()
    assert tokens_of(team) == 1_500 + 1_200

    store(owner, withdrawals=[Withdrawal(first.call_id, 259, "copied_history")])
    rebuild_dirty_dates(user_id=owner.pk)
    rollups.rebuild()
    assert tokens_of(team) == 1_200
    assert rollups.check_totals() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda team, seat: Team.objects.filter(pk=team.pk).update(time_zone="America/Los_Angeles"),
        lambda team, seat: Seat.objects.filter(pk=seat.pk).update(starts_on=date(2025, 10, 3)),
        lambda team, seat: Seat.objects.filter(pk=seat.pk).update(ends_on=date(2025, 10, 2)),
        lambda team, seat: SeatSource.objects.filter(seat=seat).delete(),
        lambda team, seat: share(team, seat.user, "other", Source.objects.filter(label="unshared")),
        lambda team, seat: seat.delete(),
    ],
    ids=["time zone", "start", "end", "sources", "another seat", "gone"],
)
def test_whoever_changes_a_seat_need_not_think_of_the_totals(owner: User, change) -> None:  # type: ignore[no-untyped-def]
    team = make_team()
    calls = [call(f"2025-10-0{day}T02:00+00:00") for day in range(1, 6)]
    use(owner, call("2025-10-01T12:00+00:00", tokens=(9, 0, 0, 0, 0)), label="unshared")
    seat = share_new(team, owner, *calls)
    before = list(TeamDay.objects.order_by("on").values_list("on", "calls", "input_tokens"))

    change(team, seat)
    rollups.rebuild()

    assert list(TeamDay.objects.order_by("on").values_list("on", "calls", "input_tokens")) != before
    assert rollups.check_totals() == []


def test_a_seat_of_the_team_has_all_sources_of_its_machine_those_to_come_too(owner: User) -> None:
    team = make_team()
    use(owner, call("2025-10-01T12:00+00:00"))
    seat = share(team, owner, "CI", is_team_owned=True)
    rollups.rebuild()

    use(owner, call("2025-10-02T12:00+00:00"))
    rollups.rebuild()

    assert [calls for calls, _ in stored_sums(seat).values()] == [1, 1]


def test_a_seat_of_the_team_has_all_days_of_its_machine_up_to_its_end(owner: User) -> None:
    team = make_team()
    use(owner, *(call(f"2025-10-0{day}T12:00+00:00") for day in (1, 5, 9)))

    seat = share(team, owner, "CI", is_team_owned=True, starts_on=date(2025, 10, 5), ends_on=date(2025, 10, 8))
    rollups.rebuild()

    assert {on.day for on, _ in stored_sums(seat)} == {1, 5}
    assert rollups.check_totals() == []


def test_what_a_seat_that_goes_had_goes_with_it_at_once(owner: User, stranger: User) -> None:
    team = make_team()
    seat = share_new(team, owner, call("2025-10-01T12:00+00:00"))
    share_new(team, stranger, call("2025-10-01T12:00+00:00", tokens=(5, 0, 0, 0, 0)))

    seat.delete()

    assert not SeatDay.objects.filter(seat__user=owner).exists()
    rollups.rebuild()
    assert tokens_of(team) == 5
    assert SeatRollup.objects.count() == 1


def test_an_account_and_its_usage_that_are_erased_leave_nothing(owner: User, stranger: User, now: datetime) -> None:
    team = make_team()
    for user in (owner, stranger):
        join(team, user)
        share_new(team, user, call("2025-10-01T12:00+00:00"))

    with transaction.atomic():
        ask_to_erase_usage(user=owner, now=now)
    erase_usage(user_id=owner.pk)
    rollups.rebuild()
    assert tokens_of(team) == 1_200

    stranger.delete()
    rollups.rebuild()
    assert [model.objects.count() for model in (SeatDay, SeatTotal, SeatRateTotal, TeamDay)] == [0] * 4


def test_a_team_that_is_deleted_takes_its_totals_along(owner: User) -> None:
    team = make_team()
    share_new(team, owner, call("2025-10-01T12:00+00:00"))

    team.delete()
    rollups.rebuild()

    assert [model.objects.count() for model in ROLLUPS] == [0] * len(ROLLUPS)


def test_totals_are_right_after_any_changes_in_any_order(owner: User, stranger: User) -> None:
    dice = Random(7)  # noqa: S311 - the same in every run
    teams = [make_team("one", "Europe/Berlin"), make_team("two", "Pacific/Apia")]
    sources = [use(user, call("2025-10-01T12:00+00:00")) for user in (owner, stranger) for _ in range(2)]
    seats: list[Seat] = []
    for _ in range(30):
        source = dice.choice(sources)
        at = datetime(2025, 9, 1, tzinfo=UTC) + timedelta(hours=dice.randrange(24 * 70))
        match dice.randrange(5):
            case 0 | 1:
                burn(source.user, call(at), source=source.key)
            case 2 if not SeatSource.objects.filter(source=source).exists():
                seats.append(share(dice.choice(teams), source.user, "seat", [source], at.date()))
            case 3 if seats:
                Seat.objects.filter(pk=dice.choice(seats).pk).update(starts_on=at.date())
            case 4 if seats:
                seats.pop(dice.randrange(len(seats))).delete()
        if dice.random() < 0.5:
            assert_all_right()
    assert_all_right()


@pytest.mark.django_db(transaction=True)
def test_while_one_rebuild_runs_another_leaves_the_marks_alone(owner: User) -> None:
    team = make_team()
    share_new(team, owner, call("2025-10-01T12:00+00:00"))
    burn(owner, call("2025-10-03T12:00+00:00"), source=Source.objects.get().key)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [Lock.TEAM_TOTALS << 56])

        assert rollups.rebuild() == 0

        cursor.execute("ROLLBACK")
    other.close()
    assert rollups.rebuild() == 1
    assert tokens_of(team) == 2_400


@pytest.mark.django_db(transaction=True)
def test_a_seat_that_somebody_has_in_hand_is_made_when_they_are_done(owner: User) -> None:
    team = make_team()
    seat = share_new(team, owner, call("2025-10-01T12:00+00:00"))
    burn(owner, call("2025-10-03T12:00+00:00"), source=Source.objects.get().key)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM teams_seat WHERE id = %s FOR UPDATE", [seat.pk])

        assert rollups.rebuild() == 0

        cursor.execute("ROLLBACK")
    other.close()
    assert not RebuiltDate.objects.filter(reader=RebuiltDate.Reader.TEAMS).exists()
    assert rollups.rebuild() == 1
    assert tokens_of(team) == 2_400


@pytest.mark.django_db(transaction=True)
def test_what_is_used_while_a_seat_is_made_as_a_whole_is_not_lost(owner: User) -> None:
    team = make_team()
    seat = share_new(team, owner, call("2025-10-01T12:00+00:00"))
    Seat.objects.update(starts_on=date(2025, 9, 1))
    other = connection.copy()
    with ThreadPoolExecutor() as pool, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM teams_seatrollup WHERE seat_id = %s FOR UPDATE", [seat.pk])
        rebuilding = start(pool, rollups.rebuild)
        wait_until(lambda: waiting_backends() == 1)  # the seat's days are made, and about to be remembered as such
        burn(owner, call("2025-10-03T12:00+00:00"), source=Source.objects.get().key)
        cursor.execute("ROLLBACK")
        rebuilding.result()
    other.close()

    assert tokens_of(team) == 2_400
    assert rollups.check_totals() == []


def test_a_rebuild_that_dies_leaves_its_marks(owner: User) -> None:
    team = make_team()
    share_new(team, owner, call("2025-10-01T12:00+00:00"))
    burn(owner, call("2025-10-03T12:00+00:00"), source=Source.objects.get().key)

    with transaction.atomic():
        rollups.rebuild()
        transaction.set_rollback(True)

    assert tokens_of(team) == 1_200
    rollups.rebuild()
    assert tokens_of(team) == 2_400


@pytest.mark.parametrize(
    ("name", "table", "wrong"),
    [
        ("days of seats", SeatDay, {"input_tokens": 1}),
        ("totals of seats", SeatTotal, {"active_days": 9}),
        ("totals by rate", SeatRateTotal, {"calls": 2}),
        ("totals by rate", SeatRateTotal, {"last_utc_on": date(2025, 10, 2)}),
        ("sums of totals by rate", SeatRateTotal, {"is_long_context": True}),
        ("days of teams", TeamDay, {"input_tokens": 1}),
    ],
)
def test_the_command_finds_wrong_totals_and_makes_them_right(
    owner: User, name: str, table: type[Model], wrong: dict[str, object]
) -> None:
    team = make_team()
    share_new(team, owner, call("2025-10-01T12:00+00:00"))
    call_command("check_team_totals", stdout=StringIO())
    table.objects.update(**wrong)

    printed = StringIO()
    with pytest.raises(CommandError, match="of the totals of teams are wrong"):
        call_command("check_team_totals", stdout=printed)
    assert name in {line.partition(":")[0] for line in printed.getvalue().splitlines()}
    call_command("check_team_totals", "--fix", stdout=StringIO())

    assert rollups.check_totals() == []
    assert tokens_of(team) == 1_200


def test_what_waits_for_a_rebuild_is_not_called_wrong(owner: User) -> None:
    team = make_team()
    share_new(team, owner, call("2025-10-01T12:00+00:00"))

    burn(owner, call("2025-10-01T13:00+00:00"), source=Source.objects.get().key)

    assert rollups.check_totals() == []
    assert tokens_of(team) == 1_200
