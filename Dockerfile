# The server for production: web, worker and beat are the same image with another command (docker-compose.yml).
FROM python:3.13-slim AS build
COPY requirements/server.txt /build/server.txt
RUN python -m venv /venv \
 && /venv/bin/python -m pip install --no-cache-dir --require-hashes -r /build/server.txt

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home codextime
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=codextime.config.settings
WORKDIR /app
COPY --from=build /venv /venv
COPY manage.py ./
COPY codextime codextime
COPY templates templates
COPY static static
# A key for this step only: collecting files signs nothing.
RUN CODEXTIME_SECRET_KEY=unused python manage.py collectstatic --noinput --verbosity 0
USER codextime
EXPOSE 8000
CMD ["gunicorn", "codextime.config.wsgi", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=8", "--preload", "--no-control-socket", "--worker-tmp-dir=/dev/shm"]
