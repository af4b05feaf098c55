"""Dated public rates and what tokens would have cost at them; a table of what the operator knows better."""
