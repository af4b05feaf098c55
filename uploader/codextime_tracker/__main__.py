"""`python -m codextime_tracker`."""

from codextime_tracker.quick_start import program

program()
