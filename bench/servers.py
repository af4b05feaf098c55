"""Django on servers of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from codextime.runtime.temporary import TemporaryServers


@contextmanager
def server() -> Iterator[None]:
    """A PostgreSQL that does not sync to disk and a broker, with every table and nothing in them.

    Import Django's models inside: they read the environment that is set here.
    """
    servers = TemporaryServers.start()
    try:
        os.environ |= {
            "CODEXTIME_MODE": "test",
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "DJANGO_SETTINGS_MODULE": "codextime.config.settings",
        }
        import django
        from django.conf import settings
        from django.core.management import call_command

        django.setup()
        settings.ALLOWED_HOSTS = ["testserver"]
        call_command("migrate", verbosity=0)
        yield
    finally:
        servers.stop()
