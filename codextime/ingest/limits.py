"""How often an upload token may be used. Lenient: who uploads has proven who they are, and the database needs no cache
to store. A network is what `coarse_address` leaves of an address: neighbours share a limit."""

from codextime.lib.rate_limits import RateLimit

MINUTE = 60

# 2,400,000 calls a minute.
UPLOADS_OF_DEVICE = RateLimit("uploads-of-device", amount=240, seconds=MINUTE, is_lenient=True)
UPLOADS_OF_USER = RateLimit("uploads-of-user", amount=600, seconds=MINUTE, is_lenient=True)
LISTS_OF_DEVICE = RateLimit("lists-of-device", amount=240, seconds=MINUTE, is_lenient=True)
LISTS_OF_USER = RateLimit("lists-of-user", amount=600, seconds=MINUTE, is_lenient=True)
# Of everybody, known or not, before anything is looked up: a university with a thousand machines that send each hour
# needs a twentieth of it.
REQUESTS_OF_NETWORK = RateLimit("token-requests-of-network", amount=6_000, seconds=MINUTE, is_lenient=True)
