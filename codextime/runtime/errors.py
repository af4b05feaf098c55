"""Reasons why the product does not start, each a sentence that says what to do."""


class StartRefused(Exception):
    """Printed as it is, without a traceback; exit code 1."""
