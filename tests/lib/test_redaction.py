"""Secrets are cut out of log records."""

import io
import logging

import pytest

from codextime.lib.redaction import RedactionFilter

SECRET = "S3cr3t-S3cr3t_S3cr3t"


def write(message: str, *args: object, error: Exception | None = None) -> str:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(RedactionFilter())
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, message, args, None)
    if error:
        record.exc_info = (type(error), error, error.__traceback__)
    handler.handle(record)
    return written.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        f"Gone: /sign-in/{SECRET}",
        f'"GET https://codextime.example/sign-in/{SECRET}?x=1 HTTP/1.1" 200',
        f"/invitation/{SECRET}",
        f"/accounts/password/reset/key/1-{SECRET}/",
        f"/accounts/confirm-email/{SECRET}/",
        f"/devices/pair?code={SECRET}",
        f"/accounts/login/?next=/devices/pair%3Fcode%3D{SECRET}",
        "Authorization: Bearer cxt_S3cr3tS3cr3tS3cr3t",
        "Authorization: Bearer cxr_S3cr3tS3cr3tS3cr3t",
    ],
)
def test_no_secret_of_an_address_or_header_is_written(text: str) -> None:
    for written in (write("%s", text), write(text), write("failed", error=ValueError(text))):
        assert "S3cr3t" not in written


def test_the_rest_of_a_record_is_written_as_it_is() -> None:
    assert write("%d dates rebuilt for /sign-in-page", 3) == "3 dates rebuilt for /sign-in-page\n"


def test_a_broken_call_of_the_logger_is_written_too() -> None:
    assert "S3cr3t" not in write(f"%d dates of /sign-in/{SECRET}", "three")
    assert "dates of" in write("%d dates of", "three")
