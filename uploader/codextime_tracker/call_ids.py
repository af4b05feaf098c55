"""The id of a call: the same on every machine of its user, after every re-scan, move or compression of the file. The
key of a thread is made alike.

docs/architecture.md, "Call ids". Frozen by tests/contracts/call-ids-v1.json and thread-keys-v1.json: another way to
make them is another domain word, because the server keeps every id for ever.
"""

from functools import lru_cache
from hashlib import sha256

DOMAIN = "codextime/call/1"
THREAD_DOMAIN = "codextime/thread/1"
BYTES = 16


def call_id(*, user_id: str, thread_id: str, identity: str) -> str:
    """32 hex digits. Keyed by the user: two accounts never share an id, even for the same rollout."""
    parts = (DOMAIN, user_id, thread_id, identity)
    return sha256("\0".join(parts).encode()).digest()[:BYTES].hex()


@lru_cache(maxsize=1000)
def thread_key(*, user_id: str, thread_id: str) -> str:
    """32 hex digits that tell which calls belong together, and nothing of Codex's own id."""
    parts = (THREAD_DOMAIN, user_id, thread_id)
    return sha256("\0".join(parts).encode()).digest()[:BYTES].hex()
