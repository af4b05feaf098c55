"""How often pairing may be tried. A network is what `coarse_address` leaves of an address: neighbours share a limit."""

from codextime.lib.rate_limits import RateLimit

TEN_MINUTES = 600

STARTS_BY_NETWORK = RateLimit("pairing-starts-network", amount=60, seconds=TEN_MINUTES)
STARTS_FOR_USER = RateLimit("pairing-starts-user", amount=20, seconds=TEN_MINUTES)
# A pairing that nobody approves polls 120 times in its ten minutes.
POLLS_BY_NETWORK = RateLimit("pairing-polls-network", amount=3000, seconds=TEN_MINUTES)
# RFC 8628, section 5.1: of 20^8 codes, 100 guesses hit one of a thousand open ones with a chance of 1 to 256,000, and
# win nothing: only the account that a pairing names can approve it.
CODES_BY_USER = RateLimit("pairing-codes-user", amount=30, seconds=TEN_MINUTES)
CODES_BY_NETWORK = RateLimit("pairing-codes-network", amount=100, seconds=TEN_MINUTES)
