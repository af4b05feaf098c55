"""Our people, and a clean broker for each test."""

import itertools
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import hypothesis
import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings

from codextime.accounts.models import User
from codextime.lib import rate_limits
from tests import template
from tests.emptying import empty_quickly

empty_quickly()
# No test fails for being slow: machines are busy at times.
hypothesis.settings.register_profile("codextime", deadline=None)
hypothesis.settings.load_profile("codextime")
numbers = itertools.count()
PATIENT = {"socket_connect_timeout": 20, "socket_timeout": 20}  # seconds: a busy machine is no cache that is silent


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker, testrun_uid: str
) -> Iterator[None]:
    name = os.environ.get(template.VARIABLE, f"template_{testrun_uid}")
    with django_db_blocker.unblock():
        template.find_or_make(name)
    connection.settings_dict["TEST"]["TEMPLATE"] = name
    yield
    template.drop(name)


@pytest.fixture(autouse=True)
def fresh_cache(settings: Settings) -> None:
    """Gives the test keys of its own in the shared broker, so that no rate limit of another test reaches it."""
    default = django_settings.CACHES["default"]
    changed = {"KEY_PREFIX": f"{default['KEY_PREFIX']}-{next(numbers)}", "OPTIONS": default["OPTIONS"] | PATIENT}
    settings.CACHES = {"default": default | changed}


@pytest.fixture
def one_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """Periods of limits begin with the test, so that a minute of the clock, which may end in it, ends none."""
    start = int(time.time())
    monkeypatch.setattr(rate_limits, "divmod", lambda at, seconds: divmod(at - start, seconds), raising=False)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def make_person(name: str) -> User:
    user = User.objects.create_user(f"{name}@example.org", f"{name}'s long password")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def owner(db: None) -> User:
    return make_person("owner")


@pytest.fixture
def stranger(db: None) -> User:
    return make_person("stranger")
