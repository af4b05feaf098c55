"""The id of a call: the same on every machine of its user, after every re-scan, move or compression of the file.

docs/architecture.md, "Call ids". Frozen by tests/contracts/call-ids-v1.json: another way to make ids is another domain
word, because the server keeps every id for ever.
"""

from hashlib import sha256

DOMAIN = "codextime/call/1"
BYTES = 16


def call_id(*, user_id: str, thread_id: str, identity: str) -> str:
    """32 hex digits. Keyed by the user: two accounts never share an id, even for the same rollout."""
    parts = (DOMAIN, user_id, thread_id, identity)
    return sha256("\0".join(parts).encode()).digest()[:BYTES].hex()
