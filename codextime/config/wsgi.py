"""What gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "codextime.config.settings")

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 - imports every view before gunicorn forks: its processes share that memory

# What is imported stays. To walk through it took the collector up to 100 ms, in every few requests.
gc.collect()
gc.freeze()
