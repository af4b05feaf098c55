"""How often a handle may be asked for: an answer tells whether somebody has it, or had it lately."""

from codextime.lib.rate_limits import RateLimit

HANDLES_BY_USER = RateLimit("board-handles-user", amount=20, seconds=3600)
