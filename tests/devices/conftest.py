import pytest
from django.test import Client

from codextime.accounts.models import User


@pytest.fixture
def owners(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def strangers(stranger: User) -> Client:
    client = Client()
    client.force_login(stranger)
    return client
