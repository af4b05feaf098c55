"""Defects to the operator's Sentry, if there is one: where in the code, and in which request. Nothing of what it held.

An event is built from the few fields that it may have, rather than rid of those that it may not: what a later release
of the SDK adds stays out. The words of an error are left out too, for they may quote what somebody sent; the log has
them, redacted, under the same request id.
"""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from codextime.lib import request_ids

FRAME_FIELDS = ("filename", "function", "module", "lineno", "context_line", "in_app")
EVENT_FIELDS = ("event_id", "timestamp", "platform", "level", "logger")
MISSING = "SENTRY_DSN is set, but sentry-sdk is not installed: the extra “sentry” has it."


def start_sentry(dsn: str) -> None:
    """Sends every record of the log from ERROR on, whoever wrote it: web, worker or beat."""
    try:
        import sentry_sdk
        from sentry_sdk.integrations.logging import LoggingIntegration
    except ImportError as error:
        raise ImproperlyConfigured(MISSING) from error
    sentry_sdk.init(
        dsn,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[LoggingIntegration(level=None, event_level=logging.ERROR, sentry_logs_level=None)],
        before_send=build_event,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        enable_metrics=False,
        spotlight=False,
    )


def build_event(event: Any, hint: dict[str, Any]) -> Any:
    """What is sent of an event; `None` for a 503, which is no defect, and which an outage has thousands of."""
    record = hint.get("log_record")
    if getattr(record, "status_code", None) == HTTPStatus.SERVICE_UNAVAILABLE:
        return None
    built = {name: event[name] for name in EVENT_FIELDS if name in event}
    errors = event.get("exception", {}).get("values", [])
    if errors:
        built["exception"] = {"values": [build_error(error) for error in errors]}
    if record is not None:
        built["message"] = f"{record.module}.{record.funcName}:{record.lineno}"  # its text may name somebody
    if request_id := request_ids.current.get() or (request_ids.of_record(record) if record else ""):
        built["tags"] = {"request_id": request_id}
    return built


def build_error(error: dict[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames", [])
    kept = [{name: frame[name] for name in FRAME_FIELDS if name in frame} for frame in frames]
    return {"type": error.get("type"), "module": error.get("module"), "stacktrace": {"frames": kept}}
