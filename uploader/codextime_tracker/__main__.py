"""`python -m codextime_tracker`."""

from codextime_tracker.cli import program

program()
