"""Helpers, each module named by what it is about."""
