"""The seats as a file: all of them, safe to open with a spreadsheet, and never without a line in the audit log."""

import csv
import io
from datetime import date

import pytest
from django.test import Client

from codextime.accounts.models import User
from codextime.dashboard.team.views import FILES_OF_USER
from codextime.teams.models import AuditEntry, Role, Seat, Team
from tests.teams.sharing import join, make_team, share_new
from tests.usage.burning import call

PATH = "/teams/acme/seats.csv?period=month&on=2025-10-15"


@pytest.fixture
def team(client: Client, owner: User) -> Team:
    team = make_team()
    join(team, owner, "Ada", Role.OWNER)
    client.force_login(owner)
    return team


def rows_of(client: Client, path: str = PATH) -> list[dict[str, str]]:
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


def test_it_has_what_each_seat_used(client: Client, owner: User, team: Team) -> None:
    used = call("2025-10-10T12:00+00:00", "gpt-5", (1_000_000, 400_000, 0, 100, 50))
    share_new(team, owner, used, call("2025-10-11T12:00+00:00", "custom"), label="desk", ends_on=date(2025, 12, 31))

    (row,) = rows_of(client)

    assert (row["seat"], row["member"], row["is_team_owned"]) == ("desk", "Ada", "false")
    assert (row["shared_from"], row["shared_until"]) == ("2025-01-01", "2025-12-31")
    assert (row["from"], row["to"]) == ("2025-10-01", "2025-10-31")
    assert (row["calls"], row["tokens"], row["active_days"]) == ("2", "1001300", "2")
    assert (row["input_tokens"], row["cached_input_tokens"], row["output_tokens"]) == ("1001000", "400600", "300")
    assert (row["api_equivalent_usd"], row["unpriced_tokens"]) == ("0.801", "1200")
    assert (row["models"], row["last_used_on"]) == ("custom gpt-5", "2025-10-11")


def test_it_has_every_seat_and_not_one_page_of_them(client: Client, owner: User, team: Team) -> None:
    share_new(team, owner, call("2025-10-10T12:00+00:00"))
    Seat.objects.bulk_create(
        Seat(team=team, user=owner, label=f"idle {n}", starts_on=date(2025, 1, 1), created_at=team.created_at)
        for n in range(130)
    )

    rows = rows_of(client)

    assert len({row["seat"] for row in rows}) == 131
    assert [row["tokens"] for row in rows[:2]] == ["1200", "0"]


def test_a_label_that_looks_like_a_formula_is_text_to_a_spreadsheet(client: Client, owner: User, team: Team) -> None:
    share_new(team, owner, call("2025-10-10T12:00+00:00"), label='=HYPERLINK("http://example.org")')

    assert rows_of(client)[0]["seat"] == '\'=HYPERLINK("http://example.org")'


def test_each_file_is_in_the_audit_log(client: Client, owner: User, team: Team) -> None:
    rows_of(client)
    client.head(PATH)
    client.get("/teams/acme/seats.csv?period=custom")

    (line,) = AuditEntry.objects.all()
    assert (line.action, line.actor, line.actor_name) == (AuditEntry.Action.EXPORTED, owner, "Ada")
    assert line.subject == "2025-10-01 / 2025-10-31"


@pytest.mark.usefixtures("one_period")
def test_nobody_fetches_files_without_end(client: Client, team: Team) -> None:
    for _ in range(FILES_OF_USER.amount):
        client.get(PATH)

    answer = client.get(PATH)

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert AuditEntry.objects.count() == FILES_OF_USER.amount
