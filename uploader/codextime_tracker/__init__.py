"""Codextime's tracker: reads Codex rollouts, counts calls, uploads counts."""

__version__ = "0.1.0"
