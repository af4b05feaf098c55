"""Every page of somebody who is signed in, and an account in which each has something to show."""

from codextime.accounts.models import User
from tests.usage.burning import burn, call

PRIVATE_PAGES = [
    "/dashboard",
    "/dashboard?period=month&on=2025-10-15&by=week&measure=value",
    "/dashboard?period=today&on=2025-10-03",
    "/dashboard?period=today&on=2025-09-30",
    "/corrections",
    "/withdrawals",
    "/devices",
    "/devices/pair",
    "/settings",
    "/settings/read-tokens",
    "/accounts/email/",
    "/accounts/sessions/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
]


def fill(user: User) -> None:
    burn(
        user,
        *(call(f"2025-10-{day:02}T{day % 24:02}:00+00:00") for day in range(1, 29)),
        call("2025-10-03T08:00+00:00", "custom"),
        label="work laptop",
    )
    newer = call("2025-10-01T01:00+00:00")._replace(call_id=(1).to_bytes(16))
    burn(user, newer, newer._replace(revision=258, output_tokens=300))
