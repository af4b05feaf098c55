"""Keeps secrets out of every log: they are cut out of a record before a handler writes it."""

import logging
import re

# What follows these beginnings of a path lets somebody in; upload tokens and typed codes may stand anywhere.
SECRETS = re.compile(
    r"(?<=/sign-in/)[^\s/?\"'<>]+"
    r"|(?<=/invitation/)[^\s/?\"'<>]+"
    r"|(?<=/password/reset/key/)[^\s/?\"'<>]+"
    r"|(?<=/confirm-email/)[^\s/?\"'<>]+"
    r"|(?<=[?&]code=)[^\s&\"'<>]+"
    r"|(?<=code%3D)[^\s&\"'<>]+"
    r"|\bcx[rt]_[A-Za-z0-9]+"
)


def redact(text: str) -> str:
    return SECRETS.sub("…", text)


class RedactionFilter(logging.Filter):
    """Belongs on every handler; changes the record's text, and its traceback's if it has one."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            text = record.getMessage()
        except (TypeError, ValueError):  # a broken call of the logger must not break what it reports on
            text = f"{record.msg} {record.args}"
        record.msg, record.args = redact(text), None
        if record.exc_info:
            record.exc_text = record.exc_text or logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True
