import pytest
from django.db import OperationalError, connection
from django.test import Client


@pytest.mark.django_db
def test_a_working_server_says_ok_to_anybody(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_without_its_database_it_says_so_and_nothing_about_it(client: Client) -> None:
    def refuse(*_arguments: object) -> None:
        raise OperationalError("could not connect to the socket of somebody's machine")

    with connection.execute_wrapper(refuse):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (503, b"The database is not reachable.\n")
