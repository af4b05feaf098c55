"""Keeps secrets, people and what they typed out of every log: cut out of a record before a handler writes it."""

import ipaddress
import logging
import re

from codextime.lib.clients import coarse_address

# What follows these beginnings of a path lets somebody in; upload tokens and typed codes may stand anywhere.
SECRETS = re.compile(
    r"(?<=/sign-in/)[^\s/?\"'<>]+"
    r"|(?<=/invitation/)[^\s/?\"'<>]+"
    r"|(?<=/teams/join/)[^\s/?\"'<>]+"
    r"|(?<=/password/reset/key/)[^\s/?\"'<>]+"
    r"|(?<=/confirm-email/)[^\s/?\"'<>]+"
    r"|(?<=[?&]code=)[^\s&\"'<>]+"
    r"|(?<=code%3D)[^\s&\"'<>]+"
    r"|\bcx[mrt]_[A-Za-z0-9]+"
)

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# PostgreSQL's manual, "Error and Notice Message Fields": what of a row or a line of COPY an error is about.
VALUES = re.compile(r"^(\s*(?:DETAIL|CONTEXT|LINE \d+):).*$", flags=re.MULTILINE)
ADDRESS = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)"
    r"|(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:]|\.\d)"
)


def redact(text: str) -> str:
    """Without secrets, email addresses and values of rows, and with networks in the place of addresses."""
    text = EMAIL.sub("…", SECRETS.sub("…", text))
    return ADDRESS.sub(shorten_address, VALUES.sub(r"\1 …", text))


def shorten_address(found: re.Match[str]) -> str:
    """This machine's own is nobody's, and stays."""
    try:
        address = ipaddress.ip_address(found[0])
    except ValueError:  # such as a time of day
        return found[0]
    return found[0] if address.is_loopback or address.is_unspecified else coarse_address(found[0])


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
