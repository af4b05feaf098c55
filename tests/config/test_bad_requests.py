"""Requests that no browser sends: refused in bounded memory and with a line in the log."""

import io
import logging
from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from codextime.config.wsgi import application

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
FILE = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' + bytes(20_000_000) + b"\r\n--x--\r\n"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What our handlers write."""
    log = io.StringIO()
    for handler in logging.root.handlers:
        if type(handler) is logging.StreamHandler:
            monkeypatch.setattr(handler, "stream", log)
    return log


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "status"), [("/leaderboard", 200), ("/robots.txt", 200), ("/nowhere", 404)])
def test_an_answer_to_head_says_how_long_the_body_is_that_it_leaves_away(path: str, status: int) -> None:
    """Asked of the application itself, as the test client would cut the body."""
    full, head = (application.get_response(RequestFactory().generic(method, path)) for method in ("GET", "HEAD"))

    assert (full.status_code, head.status_code) == (status, status)
    assert (head.content, head["Content-Length"]) == (b"", str(len(full.content)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=1&" * 2_000, FORM),
        (b"a=" + b"x" * 3_000_000, FORM),
        (b"x", "multipart/form-data"),
        (b"x", MULTIPART + "\xff"),
    ],
    ids=["many fields", "long field", "no boundary", "odd boundary"],
)
def test_a_form_that_cannot_be_read_is_refused_without_a_traceback(
    client: Client, written: io.StringIO, body: bytes, kind: str
) -> None:
    answer = client.generic("POST", "/accounts/login/", body, kind)

    assert answer.status_code in (400, 413)
    assert 1 <= len(written.getvalue().splitlines()) <= 2


@pytest.mark.django_db
def test_a_file_that_nobody_asked_for_is_not_written_to_the_disk(
    client: Client, tmp_path: Path, settings: Settings
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "missing"

    answer = client.generic("POST", "/accounts/login/", FILE, MULTIPART)

    assert answer.status_code == 200  # the form again


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["\0" * 32, "\udcff" * 32, "a" * 31 + "\n", "x" * 4000], ids=ascii)
def test_a_session_cookie_that_cannot_be_ours_is_no_session(client: Client, key: str) -> None:
    octal = "".join(f"\\{byte:03o}" for byte in key.encode(errors="surrogateescape"))

    assert client.get("/leaderboard", headers={"cookie": f'sessionid="{octal}"'}).status_code == 200


@pytest.mark.django_db
def test_a_form_in_another_charset_is_refused_before_its_token_is_looked_for() -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/login/")  # for the cookie, without which nobody reads the form

    assert client.generic("POST", "/accounts/login/", b"a=1", FORM + "; charset=utf-16").status_code == 400
