"""What an operator's Sentry is told of a defect, as bytes on the wire: where it is, and nothing of anybody."""

import gzip
import json
from collections.abc import Iterator

import pytest

from codextime.config.sentry import FRAME_FIELDS
from tests.config.test_production import COMPLETE, run
from tests.peer import Peer, Reply, Request, running_peer

WORD = "sentinel"
# A view, a task and a service fail, each with the word in its error, its variables and whatever asked for it.
SCRIPT = """
import logging
import django
django.setup()
import sentry_sdk
from django.conf import settings
from django.test import Client
from codextime.site import selectors

plain = "django.contrib.staticfiles.storage.StaticFilesStorage"  # nobody has collected them for a test
settings.STORAGES = {"staticfiles": {"BACKEND": plain}}

def fail(*_, **__):
    local_variable = "sentinel"
    raise ValueError(f"invalid value: {local_variable} of ada@sentinel.example")

selectors.get_operator = fail
visitor = Client(raise_request_exception=False, REMOTE_ADDR="203.0.113.77")
visitor.cookies["theme"] = "sentinel"
headers = {"host": "codextime.example.org", "User-Agent": "sentinel", "Authorization": "Bearer cxt_sentinel"}
answer = visitor.get("/contact?label=sentinel", secure=True, headers=headers)
visitor.get("/sentinel/nowhere", secure=True, headers=headers)

logger = logging.getLogger("codextime.usage.services")
logger.error("Totals of user %s are wrong.", "sentinel", extra={"label": "sentinel"})
logger.error("sentinel got 503", extra={"status_code": 503})
logger.warning("sentinel")
sentry_sdk.flush()
print(answer["X-Request-Id"])
"""


@pytest.fixture
def peer() -> Iterator[Peer]:
    with running_peer() as peer:
        yield peer


def test_a_defect_is_told_with_its_place_and_request_and_nothing_of_anybody(peer: Peer) -> None:
    peer.answers(Reply(200, {}))

    ended = run("-c", SCRIPT, **COMPLETE, DJANGO_SETTINGS_MODULE="codextime.config.settings", SENTRY_DSN=dsn_of(peer))

    assert ended.returncode == 0, ended.stderr
    sent = "".join(map(unpack, peer.requests))
    events = [json.loads(line) for line in sent.splitlines() if '"level"' in line]
    [failed, wrong] = sorted(events, key=lambda event: "exception" not in event)
    [error] = failed["exception"]["values"]
    frames = error["stacktrace"]["frames"]
    assert (error["type"], frames[-1]["function"]) == ("ValueError", "fail")
    assert failed["tags"] == {"request_id": ended.stdout.strip()}
    assert (wrong["logger"], "exception" in wrong) == ("codextime.usage.services", False)
    for word in (WORD, "203.0.113", "ada@", "cxt_", "Totals of user", '"vars"', '"request"', '"user"', "server_name"):
        assert word not in sent
    assert {name for frame in frames for name in frame} <= set(FRAME_FIELDS)


def dsn_of(peer: Peer) -> str:
    return peer.address.replace("://", "://key@") + "/1"


def unpack(request: Request) -> str:
    body = request.body
    return (gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body).decode()


def test_without_an_address_the_sdk_is_not_even_imported() -> None:
    ask = "import sys, django; django.setup(); print('sentry_sdk' in sys.modules)"

    assert run("-c", ask, DJANGO_SETTINGS_MODULE="codextime.config.settings", **COMPLETE).stdout == "False\n"


def test_a_server_of_ones_own_reports_to_nobody() -> None:
    ask = "from codextime.config import env; print(repr(env.SENTRY_DSN))"
    variables = COMPLETE | {"CODEXTIME_MODE": "local", "SENTRY_DSN": "https://key@sentry.example.org/1"}

    assert run("-c", ask, **variables).stdout == "''\n"


def test_an_address_without_the_sdk_is_told_at_the_start() -> None:
    ask = "import sys; sys.modules['sentry_sdk'] = None; from codextime.config import settings"
    variables = COMPLETE | {"SENTRY_DSN": "https://key@sentry.example.org/1"}

    assert "the extra “sentry” has it" in run("-c", ask, **variables).stderr
