"""Calls as they were uploaded, and the totals that are rebuilt from them."""
