import pytest

from tests.teams.crew import Crew, make_crew


@pytest.fixture
def crew(db: None) -> Crew:
    return make_crew()
