"""`--dry-run`: the uploads that a run would send, printed instead of sent."""

import json
import sys
from collections.abc import Iterator

from codextime_tracker.custom_models import settle_names
from codextime_tracker.homes import existing_homes
from codextime_tracker.opening import opened
from codextime_tracker.skipping import skipped
from codextime_tracker.sync import Options, destinations_of, find_server, scan_home
from codextime_tracker.uploads import preview

SENT_NOTHING = "Nothing was sent: this is what a run would send."
NOTHING_NEW = "Nothing is new: a run would send nothing."


def print_preview(options: Options) -> None:
    """Prints, as a JSON array on standard output, the uploads that a run would send now. Needs no account.

    What could not be read goes to standard error.
    """
    with opened(options.index) as index:
        settle_names(index, options.allowed_names)
        homes, missing_homes = existing_homes(options.homes)
        server = find_server(options)
        scans = [scan_home(index, home, is_quiet=options.is_quiet) for home in homes]
        destinations = destinations_of(options, index, homes, str(server) if server else "")
        uploads = (upload for each in destinations for upload in preview(index, each, options.label))
        number = write_json_array(uploads)
    for title, text in skipped(scans, missing_homes):
        print(f"{title}: {text}", file=sys.stderr)
    if not options.is_quiet:
        print(SENT_NOTHING if number else NOTHING_NEW, file=sys.stderr)


def write_json_array(uploads: Iterator[dict[str, object]]) -> int:
    """The uploads as readable JSON: a field a line, and a call a line. How many there were."""
    print("[", end="")
    number = 0
    for number, upload in enumerate(uploads, 1):
        print("," if number > 1 else "", "\n {", end="", sep="")
        for place, (name, value) in enumerate(upload.items()):
            print("," if place else "", f'\n  "{name}": ', end="", sep="")
            if isinstance(value, list) and value:
                print("[\n    " + ",\n    ".join(json.dumps(row) for row in value) + "\n  ]", end="")
            else:
                print(json.dumps(value), end="")
        print("\n }", end="")
    print("\n]" if number else "]")
    return number
