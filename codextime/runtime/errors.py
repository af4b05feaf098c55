"""Reasons why the product does not start or does not go on."""


class StartRefused(Exception):
    """A sentence that says what to do; printed as it is, without a traceback; exit code 1."""


class StopRequested(Exception):
    """Ctrl-C, SIGTERM or a closed terminal."""
