"""The overview: one's own figures, exact, whatever the address says."""

import pytest
from django.test import Client

from codextime.accounts.models import User


def test_an_anonymous_visitor_is_sent_to_sign_in(client: Client, db: None) -> None:
    answer = client.get("/dashboard?period=year")

    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=/dashboard%3Fperiod%3Dyear"


def test_without_usage_it_shows_the_exact_command_to_run(client: Client, owner: User) -> None:
    client.force_login(owner)

    page = client.get("/dashboard").text

    assert f"pipx run codextime-tracker {owner.public_id} --server http://localhost:8000" in page


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_can_only_be_read(client: Client, owner: User, method: str) -> None:
    client.force_login(owner)

    assert getattr(client, method)("/dashboard").status_code == 405
