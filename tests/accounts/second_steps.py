"""Setting up and using second steps, as a person with a browser and a phone does."""

import html
import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpResponse
from django.test import Client

from codextime.accounts.models import User

PERIOD = 30  # seconds


def app_code(key: str, *, later: int = 0) -> str:
    """What an app with this key shows now, or some codes later: a server takes a code once."""
    return format_hotp_value(hotp_value(key, int(time.time()) // PERIOD + later))


def password_of(user: User) -> str:
    return f"{user.email.partition('@')[0]}'s long password"


def sign_in(client: Client, user: User) -> HttpResponse:
    return client.post("/accounts/login/", {"login": user.email, "password": password_of(user)})


def show_that_it_is_me(client: Client, user: User) -> None:
    client.post("/accounts/reauthenticate/", {"password": password_of(user)})


def switch_app_on(client: Client, user: User) -> tuple[str, list[str]]:
    """The key that the app holds, and the recovery codes that the page shows then."""
    sign_in(client, user)
    show_that_it_is_me(client, user)
    [key] = re.findall(r"<code>([A-Z2-7]{32})</code>", client.get("/accounts/2fa/totp/activate/").text)
    answer = client.post("/accounts/2fa/totp/activate/", {"code": app_code(key)})
    return key, re.findall(r"<code>(\d{8})</code>", html.unescape(client.get(answer["Location"]).text))


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session
