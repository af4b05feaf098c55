"""Errors of the API as RFC 9457 describes them: `application/problem+json`."""

from collections.abc import Mapping
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from rest_framework.response import Response

from codextime.lib.rate_limits import LimitReached


def problem(
    status: HTTPStatus, *, code: str, detail: str, headers: Mapping[str, str] | None = None, **extra: object
) -> Response:
    """A problem: `code` is for programs and never changes, `detail` tells a person what to do, `extra` are members of
    this kind of problem, such as the `field` that is wrong."""
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail, "code": code}
    return Response(body | extra, status=status, headers=dict(headers or {}), content_type="application/problem+json")


def too_many_requests(limit: LimitReached) -> Response:
    return problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        code="too_many_requests",
        detail=f"Too many requests: try again in {limit.retry_after} seconds.",
        headers={"Retry-After": str(limit.retry_after)},
    )


RETRY_AFTER_SECONDS = 10
DATABASE_AWAY = (OperationalError, InterfaceError)  # not reachable, shutting down, or gone in the middle of a statement


def database_away() -> Response:
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        code="unavailable",
        detail="The database does not answer: try again later. Nothing is lost.",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )
