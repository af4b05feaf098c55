"""Machines without a person: they upload for their team, and nobody is signed in as one."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.teams import rollups, services
from codextime.teams.models import AuditEntry, MachineAccount, Seat, SeatDay
from codextime.usage.models import Call
from codextime.usage.services import rebuild_dirty_dates
from tests.ingest.uploads import call, envelope, post
from tests.teams.crew import Crew, share

URL = "/teams/crew/machines"
COMMAND = re.compile(r"CODEXTIME_TOKEN=(cxt_\w{40}) [^\n<]* (u_\w+) --server http")


def add(crew: Crew) -> tuple[User, str, Seat]:
    page = crew.client("admin").post(URL, {"label": "CI"})
    [(token, public_id)] = set(COMMAND.findall(page.text))
    user = User.objects.get(public_id=public_id)
    return user, token, Seat.objects.get(user=user)


def test_its_command_is_shown_once_and_its_token_uploads(crew: Crew) -> None:
    user, token, seat = add(crew)

    answer = post(Client(), token, envelope(user, call(1)))

    assert answer.status_code in (200, 201)
    assert Call.objects.filter(user=user).count() == 1
    assert (seat.is_team_owned, seat.label) == (True, "CI")
    listed = crew.client("owner").get(URL).text
    assert (token in listed, f"cxt_…{token[-4:]}" in listed) == (False, True)


def test_nobody_signs_in_to_its_account(crew: Crew) -> None:
    user, _, _ = add(crew)
    client = Client()

    client.force_login(user)
    assert client.get("/dashboard").status_code == 302
    assert not user.has_usable_password()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=True)


def test_a_new_token_ends_the_old_one(crew: Crew) -> None:
    user, old, seat = add(crew)

    page = crew.client("admin").post(f"{URL}/{seat.public_id}/renew")
    [(new, _)] = set(COMMAND.findall(page.text))

    assert post(Client(), old, envelope(user, call(1))).status_code == 401
    assert post(Client(), new, envelope(user, call(1))).status_code in (200, 201)


@pytest.mark.parametrize(("past", "calls"), [("stays", 1), ("goes", 0)])
def test_ended_it_uploads_no_more_and_what_it_used_stays_or_goes(past: str, calls: int, crew: Crew) -> None:
    user, token, seat = add(crew)
    post(Client(), token, envelope(user, call(1)))

    crew.client("admin").post(f"{URL}/{seat.public_id}/end", {"past": past})

    assert post(Client(), token, envelope(user, call(2), upload=2)).status_code == 401
    assert Call.objects.filter(user=user.pk).count() == Seat.objects.count() == calls
    again = crew.client("admin").post(f"{URL}/{seat.public_id}/renew", follow=True)
    assert ("has ended" in again.text) if calls else (again.status_code == 404)


def test_it_ends_once(crew: Crew) -> None:
    _, _, seat = add(crew)
    path, admin = f"{URL}/{seat.public_id}/end", crew.client("admin")
    admin.post(path, {"past": "stays"})

    assert "has ended already" in admin.post(path, {"past": "stays"}, follow=True).text
    page = admin.get(URL).text
    assert ("Erase “CI”" in page, "End “CI”" in page) == (True, False)

    assert AuditEntry.objects.filter(action="ended_machine").count() == 1
    admin.post(path, {"past": "goes"})
    assert not MachineAccount.objects.exists()


@pytest.mark.parametrize("is_ended", [True, False])
def test_another_zone_takes_nothing_from_a_machine(is_ended: bool, crew: Crew) -> None:
    user, token, seat = add(crew)
    moment = timezone.now().replace(microsecond=0)
    days = [moment - timedelta(days=ago) for ago in (0, 1, 400)]
    calls = [call(number, at=f"{at:%Y-%m-%dT%H:%M:%S}.000Z") for number, at in enumerate(days, 1)]
    post(Client(), token, envelope(user, *calls))
    rebuild_dirty_dates(user_id=user.pk)
    if is_ended:
        crew.client("admin").post(f"{URL}/{seat.public_id}/end", {"past": "stays"})

    # Where no date begins with another's, and back: so nothing is lost on the way either.
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Kiritimati", "Europe/Berlin"):
        crew.client("owner").post("/teams/crew/settings", {"name": "Crew", "time_zone": zone})
        rollups.rebuild()
        today = timezone.now().astimezone(ZoneInfo(zone)).date()
        seat.refresh_from_db()

        assert sum(day.calls for day in SeatDay.objects.filter(seat=seat)) == len(calls)
        assert seat.starts_on == seat.created_at.astimezone(ZoneInfo(zone)).date()
        assert (seat.ends_on or today) == today


def test_a_member_s_seat_is_no_machine(crew: Crew) -> None:
    seat = share(crew["member"])

    assert crew.client("admin").post(f"{URL}/{seat.public_id}/end", {"past": "goes"}).status_code == 404
    assert User.objects.filter(pk=crew.users["member"].pk).exists()


def test_with_its_team_it_goes_and_its_tracker_is_told(crew: Crew) -> None:
    user, token, _ = add(crew)
    post(Client(), token, envelope(user, call(1)))
    now = timezone.now()
    crew.client("owner").post("/teams/crew/settings/delete", {"slug": "crew"})

    assert services.delete_due_teams(now=now + timedelta(days=13)) == 0
    assert services.delete_due_teams(now=now + timedelta(days=14, minutes=1)) == 1

    assert not MachineAccount.objects.exists()
    assert not Call.objects.exists()
    answer = post(Client(), token, envelope(user, call(1)))
    assert (answer.status_code, "erased" in answer.text) == (401, True)
