"""Settings, environment, URLs, Celery and WSGI: the only place that reads the environment."""
