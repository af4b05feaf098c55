"""What a team token opens: its team, by the same figures as the team's pages, and nothing else."""

from datetime import date, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from codextime.accounts.models import User
from codextime.devices.services import pair_own_device
from codextime.programs.services import make_read_token
from codextime.programs.team_api import READS_OF_TEAM_TOKEN
from codextime.teams import rollups
from codextime.teams.models import Membership, Role, Seat, Team, TeamToken
from codextime.teams.tokens import make_team_token, revoke_team_token
from tests.teams.sharing import join, make_team, share_new
from tests.usage.burning import call

PATHS = ["totals", "seats"]


@pytest.fixture
def me(owner: User) -> Membership:
    return join(make_team(time_zone="Asia/Tokyo"), owner, "Ada", Role.OWNER)


@pytest.fixture
def token(me: Membership, now: datetime) -> str:
    return make_team_token(actor=me, name="Script", now=now)[1]


def ask(path: str, token: str, **headers: str) -> HttpResponse:
    return Client().get(f"/api/v1/teams/{path}", headers={"Authorization": f"Bearer {token}", **headers})


def read(path: str, token: str) -> Any:
    answer = ask(path, token)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_totals_are_those_of_the_days_of_the_team(me: Membership, token: str) -> None:
    share_new(me.team, me.user, call("2025-10-31T20:00+00:00", "gpt-5", (1_000_000, 0, 0, 0, 0)))
    share_new(me.team, me.user, call("2025-10-31T12:00+00:00", "custom", (7, 0, 0, 0, 0)), label="other")

    found = read("acme/totals?by=month&group=model", token)

    assert [(row["month"], row["model"], row["tokens"]) for row in found["rows"]] == [
        ("2025-10-01", "custom", 7),
        ("2025-11-01", "gpt-5", 1_000_000),
    ]
    assert found["rows"][1]["api_equivalent_usd"] == "1.25"
    assert (found["total"]["tokens"], found["total"]["unpriced_tokens"]) == (1_000_007, 7)
    assert (found["team"], found["time_zone"], found["from"]) == ("acme", "Asia/Tokyo", "2025-10-31")


def test_totals_can_be_of_one_model_and_of_some_days(me: Membership, token: str) -> None:
    days = [call(f"2025-10-{day:02}T03:00+00:00", model) for day in range(1, 11) for model in ("gpt-5", "custom")]
    share_new(me.team, me.user, *days)

    found = read("acme/totals?model=gpt-5&from=2025-10-03&to=2025-10-05&by=day", token)

    assert [row["day"] for row in found["rows"]] == ["2025-10-03", "2025-10-04", "2025-10-05"]
    assert found["total"]["calls"] == 3


def test_seats_have_what_they_used_in_these_days_idle_ones_too(me: Membership, token: str, stranger: User) -> None:
    join(me.team, stranger, "Bo")
    share_new(me.team, me.user, call("2025-10-02T03:00+00:00"), call("2025-10-03T03:00+00:00"), label="=desk")
    share_new(me.team, stranger, call("2025-09-02T03:00+00:00"), label="laptop")

    desk, laptop = read("acme/seats?from=2025-10-01&to=2025-10-31", token)["rows"]
    as_csv = ask("acme/seats?from=2025-10-01&to=2025-10-31", token, Accept="text/csv").text

    assert (desk["label"], desk["member"], desk["tokens"], desk["active_days"]) == ("=desk", "Ada", 2_400, 2)
    assert (laptop["label"], laptop["member"], laptop["tokens"], laptop["active_days"]) == ("laptop", "Bo", 0, 0)
    assert ",'=desk," in as_csv


@pytest.mark.parametrize("path", PATHS)
def test_another_team_is_not_there_whether_it_exists_or_not(token: str, stranger: User, path: str) -> None:
    other = make_team("others")
    share_new(other, stranger, call("2025-10-02T03:00+00:00"), label="sentinel")

    answers = [ask(f"{slug}/{path}", token) for slug in ("others", "nowhere")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text == answers[1].text


@pytest.mark.parametrize("path", PATHS)
def test_what_is_no_token_of_a_team_that_stays_opens_nothing(
    me: Membership, token: str, now: datetime, path: str
) -> None:
    _, for_uploads = pair_own_device(user=me.user, name="Desk", now=now)
    _, for_reading = make_read_token(user=me.user, name="Script", now=now)
    codes = {}
    for name, text in (("none", ""), ("wrong", "cxm_" + "a" * 40), ("upload", for_uploads), ("read", for_reading)):
        answer = ask(f"acme/{path}", text)
        codes[name] = (answer.status_code, answer.json()["code"], answer["WWW-Authenticate"].startswith("Bearer"))
    assert ask(f"acme/{path}", token).status_code == 200
    revoke_team_token(actor=me, token=TeamToken.objects.get(), now=now)

    assert codes == {
        "none": (401, "token_missing", True),
        "wrong": (401, "token_unknown", True),
        "upload": (401, "token_of_a_person", True),
        "read": (401, "token_of_a_person", True),
    }
    assert ask(f"acme/{path}", token).json()["code"] == "token_revoked"


def test_a_token_of_a_team_that_is_going_to_be_deleted_waits_with_it(token: str) -> None:
    Team.objects.update(delete_at=timezone.now())
    waiting = ask("acme/totals", token)
    Team.objects.update(delete_at=None)

    assert (waiting.status_code, waiting.json()["code"]) == (401, "team_being_deleted")
    assert ask("acme/totals", token).status_code == 200


@pytest.mark.parametrize("path", ["totals", "usage/calls", "corrections", "profile"])
def test_a_team_token_opens_nothing_of_a_person(token: str, path: str) -> None:
    answer = Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_what_nobody_shared_is_not_in_any_answer(me: Membership, token: str, path: str) -> None:
    seat = share_new(me.team, me.user, call("2025-10-01T03:00+00:00"), call("2025-10-10T03:00+00:00", "gpt-5"))
    Seat.objects.filter(pk=seat.pk).update(starts_on=date(2025, 10, 5))
    rollups.rebuild()

    text = ask(f"acme/{path}", token).text

    assert "1200" in text
    for private in ("2400", "private laptop", me.user.email, me.user.public_id):
        assert private not in text


@pytest.mark.parametrize(
    "asked",
    [
        "totals?by=hour",
        "totals?group=label",
        "totals?from=2025-13-01",
        "seats?from=2025-10-02&to=2025-10-01",
        "seats?x=1",
    ],
)
def test_nonsense_is_refused_by_the_name_of_its_parameter(token: str, asked: str) -> None:
    answer = ask(f"acme/{asked}", token)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["field"] in asked


@pytest.mark.usefixtures("one_period")
def test_a_token_that_asks_too_often_is_told_when_to_come_back(token: str) -> None:
    most = READS_OF_TEAM_TOKEN.amount
    answers = [ask("acme/seats?x=1", token)]
    while answers[-1].status_code == 400 and len(answers) < 2 * most:  # some come back meanwhile on a slow machine
        answers.append(ask("acme/seats?x=1", token))

    assert len(answers) > most
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0
