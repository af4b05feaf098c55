"""What an account has beside its calls, so that every page of it has something to show."""

import datetime
import uuid
from typing import Any, NamedTuple

CORRECTIONS, WITHDRAWALS, DEVICES = 100_000, 100, 10
CORRECT = """
INSERT INTO usage_correction (user_id, call_id, at, model_id, tokens_before, tokens_after, reason, revision, made_at)
SELECT user_id, call_id, at, model_id, input_tokens, input_tokens + output_tokens, 'recounted', revision, at
FROM usage_call WHERE user_id = %(user)s ORDER BY at DESC LIMIT %(corrections)s
"""


class Account(NamedTuple):
    """Whose pages are measured, and what of theirs stands in addresses."""

    user: Any
    team: str
    seat: str
    thread: int
    call: str


def fill_account(email: str) -> Account:
    """Of a user with calls: a ledger, withdrawals, machines, and a team that sees all sources since a year ago."""
    from codextime.accounts.models import User
    from codextime.devices.models import Device
    from codextime.usage.models import Call, Thread

    user, now = User.objects.get(email=email), datetime.datetime.now(datetime.UTC)
    user.set_password(uuid.uuid4().hex)  # or it has no page to change it
    user.save()
    make_ledger(user, now)
    Device.objects.bulk_create(
        Device(user=user, name=f"Machine {n}", token_hash=uuid.uuid4().hex, token_hint=f"{n:04}", created_at=now)
        for n in range(DEVICES)
    )
    slug = f"team-{user.pk}"
    seat = share_all(user, slug, now)
    threads = Thread.objects.filter(user=user).order_by("pk")
    thread = threads[threads.count() // 2]
    call = Call.objects.filter(user=user, thread=thread).order_by("at")[20]
    return Account(user, slug, seat, thread.pk, call.call_id.hex)


def make_ledger(user: Any, now: datetime.datetime) -> None:
    from django.db import connection

    from codextime.usage.models import Source, WithdrawalRecord

    with connection.cursor() as cursor:
        cursor.execute(CORRECT, {"user": user.pk, "corrections": CORRECTIONS})
    source = Source.objects.filter(user=user).first()
    sums = {"calls": 20, "tokens": 10**6, "first_on": now.date(), "last_on": now.date()}
    WithdrawalRecord.objects.bulk_create(
        WithdrawalRecord(
            user=user, source=source, reason="copied_history", state="withdrawn", made_at=now, changed_at=now, **sums
        )
        for _ in range(WITHDRAWALS)
    )


def share_all(user: Any, slug: str, now: datetime.datetime) -> str:
    """The public id of the seat."""
    from codextime.teams import inviting, machines, rollups, seats, services, tokens
    from codextime.teams.models import Membership, Role, Team
    from codextime.usage.models import Source

    services.create_team(user=user, name="Bench", slug=slug, time_zone="Europe/Berlin", own_name="Ada", now=now)
    Team.objects.filter(slug=slug).update(is_board_on=True, monthly_token_budget=10**9)
    member = Membership.objects.select_related("team", "user").get(team__slug=slug, user=user)
    source_ids = list(Source.objects.filter(user=user).values_list("pk", flat=True))
    start = now.date() - datetime.timedelta(days=366)
    seat = seats.share_seat(
        actor=member, source_ids=source_ids, label="desk", starts_on=start, keeps_past=True, now=now
    )
    machines.add_machine(actor=member, label="CI", now=now)
    tokens.make_team_token(actor=member, name="spreadsheet", now=now)
    inviting.invite(actor=member, email="", role=Role.MEMBER, now=now)
    rollups.rebuild()
    return str(seat.public_id)
