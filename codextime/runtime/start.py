"""Where the `codextime` command begins: a Ctrl-C ends it with one line from here on, before `cli` is even imported."""

import os
import signal
import sys
from types import FrameType

INTERRUPTED = 130


def main() -> int:
    """The command's exit code."""
    if os.name == "nt":
        sys.stderr.write("The server runs on Linux and macOS. On Windows, use WSL; the tracker runs everywhere.\n")
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop_at_once)
    from codextime.runtime import cli

    return cli.main()


def stop_at_once(_number: int, _frame: FrameType | None) -> None:
    """For as long as there is nothing to put in order; whoever starts something puts another handler in its place."""
    os.write(sys.stderr.fileno(), b"\nStopped.\n")
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main())
