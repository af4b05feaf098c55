"""What stands on a command line: options that several commands take, and what may stand behind them."""

from __future__ import annotations

import os
import sys

from codextime_tracker.exits import UsageRefused

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from pathlib import Path
    from typing import Any, Protocol

    from codextime_tracker.sync import Options

    class Parser(Protocol):
        """What an option can be added to: argparse's parsers and groups, and the quick one."""

        def add_argument(self, *names: str, **told: Any) -> object: ...

        def add_mutually_exclusive_group(self) -> Parser: ...


USER_ID = r"u_[a-z0-9]{4,22}"
UPLOAD_TOKEN = r"cxt_[A-Za-z0-9]{40,200}"  # noqa: S105 - servers give out 40; a later one may want more


class Parsed:
    """What a command line says: an attribute for each argument."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

        def __setattr__(self, name: str, value: Any) -> None: ...


def complain(*texts: str) -> None:
    for text in texts:
        print(text, file=sys.stderr)


def add_home(parser: Parser) -> None:
    parser.add_argument(
        "--codex-home",
        metavar="DIR",
        type=home_name,
        action="append",
        help="Codex's folder (else CODEX_HOME, ~/.codex); may be repeated",
    )


def add_index(parser: Parser) -> None:
    parser.add_argument("--index", metavar="FILE", type=index_file, help="keep the local index there")


def add_json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object, for scripts")


def add_user(parser: Parser) -> None:
    parser.add_argument("user_id", metavar="userId", type=user_id, help="your id, as on your dashboard: u_...")


def add_server(parser: Parser) -> None:
    parser.add_argument(
        "--server",
        metavar="URL",
        type=server,
        help="the server's address (or CODEXTIME_SERVER); remembered after pairing",
    )


def add_line(parser: Parser) -> None:
    """How to get to the server, and to the person."""
    parser.add_argument("--no-browser", action="store_true", help="only print the link for pairing")
    parser.add_argument("--allow-http", action="store_true", help="permit an unencrypted line to a private address")


def options_of(parsed: Parsed) -> Options:
    """What a command that talks to a server was told; what it does not take as an argument has its default."""
    from codextime_tracker.sync import Options

    return Options(
        user_id=parsed.user_id,
        homes=homes_of(parsed),
        index=index_of(parsed),
        credentials=credentials_file(),
        allowed_names=allowed_names_file(),
        session_switches=session_switches_file(),
        server=parsed.server or server_of_environment(),
        token=token(os.environ.get("CODEXTIME_TOKEN", "").strip()),
        label=getattr(parsed, "label", None),
        opens_browser=not getattr(parsed, "no_browser", True),
        allow_http=getattr(parsed, "allow_http", False),
        is_quiet=getattr(parsed, "quiet", False),
        groups_by_session=getattr(parsed, "group_by_session", False),
    )


def homes_of(parsed: Parsed) -> list[Path]:
    from pathlib import Path

    return list(map(Path, home_names_of(parsed)))


def home_names_of(parsed: Parsed) -> list[str]:
    from codextime_tracker.places import default_home_name

    return getattr(parsed, "codex_home", None) or [default_home_name()]


def index_of(parsed: Parsed) -> Path:
    from codextime_tracker.places import INDEX, data_folder

    return getattr(parsed, "index", None) or data_folder() / INDEX


def server_of_environment() -> str | None:
    named = os.environ.get("CODEXTIME_SERVER")
    return server(named) if named else None


def credentials_file() -> Path:
    """Made safe before its first use; what was wrong with it is said."""
    from codextime_tracker.credentials import make_safe
    from codextime_tracker.places import CREDENTIALS, data_folder

    path = data_folder() / CREDENTIALS
    complain(*make_safe(path))
    return path


def allowed_names_file() -> Path:
    from codextime_tracker.places import ALLOWED_NAMES, data_folder

    return data_folder() / ALLOWED_NAMES


def session_switches_file() -> Path:
    from codextime_tracker.places import SESSION_SWITCHES, data_folder

    return data_folder() / SESSION_SWITCHES


def refused(text: str) -> argparse.ArgumentTypeError:
    """For argparse, which says it."""
    import argparse

    return argparse.ArgumentTypeError(text)


def home_name(text: str) -> str:
    from codextime_tracker.places import typed_name

    if not text:
        raise refused("no path stands there")
    return typed_name(text)


def path(text: str) -> Path:
    from pathlib import Path

    return Path(home_name(text))


def index_file(text: str) -> Path:
    from codextime_tracker.places import INDEX

    named = path(text)
    if named.name in ("", ".."):
        raise refused(f"{text} is a folder: name a file in it, as {named / INDEX}")
    return named


def user_id(text: str) -> str:
    import re

    if not re.fullmatch(USER_ID, text):
        raise refused(f"{text!r} is neither a user id (u_...) nor a command")
    return text


def server(text: str) -> str:
    from codextime_tracker.addresses import parse_server

    return str(parse_server(text))


def token(text: str) -> str | None:
    """Raises `UsageRefused` for what no server gave out: a part of a token, or something else."""
    import re

    if text and not re.fullmatch(UPLOAD_TOKEN, text):
        raise UsageRefused("CODEXTIME_TOKEN holds no upload token: one is cxt_ and 40 letters and digits.")
    return text or None


def label(text: str) -> str:
    from codextime_tracker.allowlist import longest_label

    text = text.strip()
    if len(text) > longest_label():
        raise refused(f"a label has at most {longest_label()} characters, and this one {len(text)}")
    if not text or not text.isprintable():
        raise refused("a label is one line of characters that can be shown")
    return text
