"""How often something may be tried. A network is what `coarse_address` leaves of an address."""

from codextime.lib.rate_limits import RateLimit

HOUR, DAY = 3600, 86_400

# Each may be a mail to somebody who never heard of this server.
INVITATIONS_BY_USER = RateLimit("team-invitations-user", amount=50, seconds=DAY)
# A link has 256 random bits: what these keep away is load, not luck.
JOINS_BY_NETWORK = RateLimit("team-joins-network", amount=300, seconds=HOUR, is_lenient=True)
