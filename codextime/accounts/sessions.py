"""Sessions in the database, for keys that can be ours."""

import re

from django.contrib.sessions.backends import db

KEY = re.compile(r"[a-z0-9]{32}\Z")


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: object) -> bool:
        """A cookie may hold anything, also what PostgreSQL cannot compare with a text: that is no session."""
        return isinstance(key, str) and KEY.match(key) is not None
