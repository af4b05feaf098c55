"""`codextime-tracker login`: pairs this machine, and sends nothing."""

from typing import Any

import pytest
from codextime_tracker.credentials import Pairing, read_pairings, remember_pairing
from codextime_tracker.exits import Exit
from codextime_tracker.places import CREDENTIALS, data_folder

from tests.peer import Reply, Request
from tests.tracker.conftest import TOKEN, USER, Tracker


@pytest.fixture
def asked(tracker: Tracker) -> Tracker:
    """Beside a server whose owner approves at once, and which knows the token `cxt_old`."""

    def reply(request: Request) -> Reply:
        answers: dict[str, Any] = {
            "/api/v1/device/authorization": Reply(
                200,
                {
                    "device_code": "d",
                    "user_code": "ABCD-EFGH",
                    "verification_uri": f"{request.origin}/devices/pair",
                    "expires_in": 600,
                    "interval": 1,
                },
            ),
            "/api/v1/device/token": Reply(200, {"access_token": "cxt_new", "token_type": "Bearer", "user": USER}),
        }
        if request.path == "/api/v1/device":
            is_known = request.headers["Authorization"] == "Bearer cxt_old"
            return Reply(200, {"user": USER, "protocols": [1]}) if is_known else Reply(401, {"detail": "Revoked."})
        return answers[request.path]

    tracker.peer.answers(reply)
    return tracker


def login(tracker: Tracker) -> Any:
    return tracker.raw("login", USER, "--server", tracker.server, "--no-browser")


def tokens() -> list[str]:
    return [pairing.token for pairing in read_pairings(data_folder() / CREDENTIALS)]


def test_a_new_machine_is_paired_and_nothing_is_sent(asked: Tracker) -> None:
    run = login(asked)

    assert run.exit == Exit.DONE
    assert "ABCD-EFGH" in run.err
    assert f"Nothing was sent. To send: codextime-tracker {USER}" in run.out
    assert tokens() == ["cxt_new"]
    assert asked.uploads == []


def test_a_machine_whose_token_works_is_not_paired_again(asked: Tracker) -> None:
    remember_pairing(data_folder() / CREDENTIALS, Pairing(asked.server, USER, "cxt_old"))

    run = login(asked)

    assert "is paired with" in run.out
    assert tokens() == ["cxt_old"]
    assert [request.path for request in asked.peer.requests] == ["/api/v1/device"]


def test_a_machine_whose_token_was_revoked_is_paired_anew(asked: Tracker) -> None:
    remember_pairing(data_folder() / CREDENTIALS, Pairing(asked.server, USER, "cxt_revoked"))

    assert login(asked).exit == Exit.DONE
    assert tokens() == ["cxt_new"]


def test_a_server_that_is_away_leaves_the_token_where_it_is(asked: Tracker) -> None:
    remember_pairing(data_folder() / CREDENTIALS, Pairing(asked.server, USER, "cxt_old"))
    asked.peer.answers(None)

    assert login(asked).exit == Exit.UNREACHABLE
    assert tokens() == ["cxt_old"]


def test_no_answer_prints_a_token(asked: Tracker) -> None:
    run = login(asked)

    assert "cxt_" not in run.out + run.err
    assert TOKEN not in run.out + run.err
