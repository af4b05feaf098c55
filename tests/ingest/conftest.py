"""A paired machine of our owner."""

from datetime import datetime

import pytest

from codextime.accounts.models import User
from codextime.devices.services import pair_own_device


@pytest.fixture
def token(owner: User, now: datetime) -> str:
    return pair_own_device(user=owner, name="Desk", now=now)[1]
