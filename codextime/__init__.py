"""Codextime's server: stores usage calls, builds totals and shows them."""
