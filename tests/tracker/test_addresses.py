"""Unencrypted lines: to this machine always, to a private network by choice and with a warning, elsewhere never."""

import pytest
from codextime_tracker.addresses import Server, needs_warning, parse_server
from codextime_tracker.exits import UsageRefused


def warns(address: str, found: list[str] | None = None, *, allow_http: bool = True) -> bool:
    def resolver(host: str) -> list[str]:
        if found is None:
            raise OSError(f"nobody may ask for {host}")
        return found

    return needs_warning(parse_server(address), allow_http=allow_http, resolver=resolver)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://codextime.example.org", "https://codextime.example.org"),
        ("https://Codextime.Example.org:443/", "https://codextime.example.org"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_one_server_has_one_spelling(address: str, shown: str) -> None:
    assert str(parse_server(address)) == shown


@pytest.mark.parametrize(
    "address",
    [
        "codextime.example.org",
        "ftp://example.org",
        "https://",
        "https://me:secret@example.org",
        "https://example.org/codextime",
        "https://example.org?user=me",
        "https://example.org:port",
        "http://[::1",
        "https://example.org:0",
        "https://example.org\\",
        "https://exa mple.org",
        "https://exam\tple.org",
        "https://example.org\x1b[2J",
        "",
    ],
)
def test_what_is_no_servers_address_is_refused(address: str) -> None:
    with pytest.raises(UsageRefused):
        parse_server(address)


@pytest.mark.parametrize("address", ["https://example.org", "http://localhost:1", "http://127.0.0.9", "http://[::1]"])
def test_an_encrypted_or_local_line_needs_neither_option_nor_look_up(address: str) -> None:
    assert warns(address, allow_http=False) is False


@pytest.mark.parametrize("found", [["192.168.1.5"], ["10.0.0.1", "fd00::1"], ["fe80::1%eth0"], ["::ffff:10.0.0.1"]])
def test_a_private_address_needs_the_option_and_gets_a_warning(found: list[str]) -> None:
    assert warns("http://nas.home", found) is True
    with pytest.raises(UsageRefused, match="--allow-http"):
        warns("http://nas.home", found, allow_http=False)


@pytest.mark.parametrize(
    "found", [["93.184.216.34"], ["10.0.0.1", "93.184.216.34"], ["100.64.0.1"], ["::ffff:93.184.216.34"], [], None]
)
def test_a_public_or_unknown_address_is_refused_whatever_the_options_say(found: list[str] | None) -> None:
    with pytest.raises(UsageRefused, match="not encrypted and not on a private network"):
        warns("http://example.org", found)


def test_a_name_that_only_begins_like_this_machine_is_not_local() -> None:
    with pytest.raises(UsageRefused):
        warns("http://localhost.example.org", ["93.184.216.34"])
    assert parse_server("http://localhost.") == Server("http", "localhost", 80)
