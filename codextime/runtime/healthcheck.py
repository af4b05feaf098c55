"""Asks the web server of the same container whether it is healthy: `python -m codextime.runtime.healthcheck`."""

import os
import sys
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

PORT = 8000
PATIENCE_SECONDS = 5


def main(port: int = PORT) -> int:
    """0 if it is. Uses the public host's name, for others are refused."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    host = urlsplit(os.environ.get("CODEXTIME_BASE_URL", "")).netloc or "localhost"
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
