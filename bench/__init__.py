"""Measurements: `make bench`, or `python -m bench NAME`. A bench is a module here with `NAME` and `run() -> None`."""
