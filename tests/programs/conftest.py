import pytest

from codextime.accounts.models import User
from tests.programs.asking import Program


@pytest.fixture
def program(owner: User) -> Program:
    return Program(owner)
