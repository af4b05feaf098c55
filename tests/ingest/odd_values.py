"""What to put into an upload where it does not belong."""

from typing import Any

# At the limits of the contract and beyond, of other kinds and other eras, and what often breaks programs.
VALUES: list[Any] = [
    *(None, True, False, [], {}, [[]], [{}], {"id": 1}, [None] * 50, {"": ""}),
    *(0, 1, -1, 255, 256, 257, 511, 512, 272_000, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 10**40),
    *(0.0, 1.5, -0.0, 1e308, float("nan"), float("inf")),
    *("", " ", "0", "\n", "\x7f", "a\x00b", "\ud800", "\u202eabc", "x" * 60, "x" * 61, "x" * 5000),
    *("gpt-5", "gpt-5\n", "\uff47pt-5", "o3", "custom", "unknown", "gpt-" + "x" * 60, "gpt-" + "x" * 61, "/home/ada"),
    *("a" * 32, "A" * 32, "g" * 32, "0" * 31, "0" * 33, "5" * 32, "u_bcdf", "u_" + "b" * 14, "recounted", "because"),
    *("2026-11-20T10:00:00.000Z", "2026-02-30T10:00:00.000Z", "2025-01-01T00:00:00.000Z", "2024-12-31T23:59:59.999Z"),
    *("9999-12-31T23:59:59.999Z", "0000-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z", "2026-11-20T24:00:00.000Z"),
    *("2026-11-20T10:00:60.000Z", "2026-11-20T10:00:00Z", "2026-11-20T10:00:00.000+01:00", "\uff12026-11-20T10:00:00Z"),
]

# JSON that Python's encoder never writes.
FRAGMENTS = [
    *(b"1e400", b"-0", b"1E2", b"01", b"+1", b".5", b"1.", b"0x10", b"100.0", b"1e3", b"-1e-400", b"Infinity", b"nul"),
    *(b"'a'", b'"\\ud800"', b'"\\u0000"', b'"\\x"', b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b"\xef\xbb\xbf1"),
    *(b"[" * 3000, b"{" * 50, b'{"a":' * 3000, b"[[[]]]", b"/**/1", b"1,", b""),
    *(b"9" * 5000, b"1" + b"0" * 18, b'"' + b"y" * 70_000 + b'"'),
]

NAMES = ["prompt", "id", "ID", "", "calls\x00", "x" * 300, "`$.calls`", "protocol", "\ud800", "\uff49d"]

HEADERS = {
    "Authorization": ["", "Bearer", "Basic \xff"],
    "Content-Encoding": ["", "gzip", "identity", "GZIP", "deflate", "br", "gzip, gzip", "\x00"],
    "Content-Type": [
        *("application/json", "application/json; charset=utf-16", "text/plain", "", "application/x-www-form-urlencoded")
    ],
}
