# The server for production: web, worker and beat are the same image with another command (docker-compose.yml).
FROM python:3.13-slim AS build
COPY requirements/server.txt /build/server.txt
RUN python -m venv /venv \
 && /venv/bin/python -m pip install --no-cache-dir --require-hashes --only-binary=:all: -r /build/server.txt
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY manage.py ./
COPY codextime codextime
COPY templates templates
COPY static static
# Needs no server and no secret: manage.py takes the settings for building.
RUN python manage.py collectstatic --noinput --verbosity 0 && python -m compileall -q codextime

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin codextime
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=codextime.config.settings
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
USER codextime
EXPOSE 8000
# Is started at once and asked once a second first, so that what waits for it does not wait long.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --start-interval=1s CMD ["python", "-m", "codextime.runtime.healthcheck"]
CMD ["gunicorn", "codextime.config.wsgi", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=8", "--preload", "--no-control-socket", "--worker-tmp-dir=/dev/shm", "--forwarded-allow-ips=", "--log-level=warning"]
