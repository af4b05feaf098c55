"""Dated public rates and what tokens would have cost at them: pure functions, no tables."""
