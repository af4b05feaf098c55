import io

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from codextime.accounts.models import User


def make_admin(email: str) -> str:
    """The path of the printed link."""
    printed = io.StringIO()
    call_command("make_admin", email, stdout=printed)
    return "/" + printed.getvalue().strip().split("/", 3)[3]


@pytest.mark.parametrize("policy", ["open", "closed"])
@pytest.mark.django_db
def test_the_first_administrator_gets_in_by_the_printed_link_and_without_mail(
    client: Client, policy: str, settings: Settings
) -> None:
    settings.SIGN_UP = policy
    client.post(make_admin("Ada@example.org"))

    admin = User.objects.get(pk=client.session["_auth_user_id"])
    assert (admin.email, admin.is_staff, admin.is_superuser) == ("ada@example.org", True, True)
    assert EmailAddress.objects.get(user=admin).verified
    assert not mail.outbox


def test_an_account_that_is_there_is_promoted_and_keeps_its_password(owner: User) -> None:
    password = owner.password
    make_admin(owner.email)
    make_admin(owner.email)

    admin = User.objects.get()
    assert (admin.is_staff, admin.password) == (True, password)
    assert EmailAddress.objects.filter(user=owner, verified=True).count() == 1


def test_an_address_that_nobody_confirmed_is_confirmed_by_the_operators_word(stranger: User) -> None:
    EmailAddress.objects.filter(user=stranger).update(verified=False)
    make_admin(stranger.email)

    assert EmailAddress.objects.get(user=stranger).verified


@pytest.mark.django_db
def test_what_is_no_address_makes_nobody() -> None:
    with pytest.raises(CommandError, match="not an email address"):
        make_admin("ada")

    assert not User.objects.exists()
