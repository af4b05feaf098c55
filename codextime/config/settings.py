"""Django's settings: one file for production, `codextime up` and tests; what differs comes from `env`."""

from shlex import quote
from typing import Any
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF

from codextime.config import env
from codextime.config.sentry import start_sentry

ROOT = env.ROOT
IS_LOCAL = env.MODE == "local"
LOGIN_LINK_COMMAND = env.LOGIN_LINK_COMMAND  # shown on the pages of a local server
IS_TEST = env.MODE == "test"
IS_SECURE = env.BASE_URL.startswith("https://")

SECRET_KEY = env.SECRET_KEY
DEBUG = False
BASE_URL = env.BASE_URL
ALLOWED_HOSTS = env.ALLOWED_HOSTS or [urlsplit(BASE_URL).hostname or "localhost"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SIGN_UP = env.SIGN_UP
OPERATOR = env.OPERATOR  # who runs this server and how to reach them, for its legal pages
CONTACT = env.CONTACT
# What users are told to run: a local server runs on the machine that has this project's folder.
TRACKER_COMMAND = env.TRACKER_COMMAND or (
    f"pipx run --spec {quote(str(ROOT / 'uploader'))} codextime-tracker" if IS_LOCAL else "pipx run codextime-tracker"
)

ADMIN_PATH = env.ADMIN_PATH
SIGN_IN_KEYS = {provider: keys for provider, keys in env.SIGN_IN_KEYS.items() if keys}

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",  # finds no models by itself: `boards.admin` registers its own
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    *(f"allauth.socialaccount.providers.{provider}" for provider in SIGN_IN_KEYS),
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "codextime.config",
    "codextime.accounts",
    "codextime.devices",
    "codextime.pricing",
    "codextime.usage",
    "codextime.ingest",
    "codextime.teams",
    "codextime.boards",
    "codextime.exports",
    "codextime.dashboard",
    "codextime.programs",
    "codextime.site",
]

MIDDLEWARE = [
    "codextime.config.middleware.RequestIdMiddleware",
    "codextime.config.middleware.HeadMiddleware",
    "codextime.config.middleware.PatienceMiddleware",
    "codextime.config.proxies.TrustedProxyMiddleware",
    "codextime.config.middleware.KnownHostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "codextime.config.middleware.CountingMiddleware",
    "codextime.config.middleware.PrivateUnlessPublicMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "codextime.accounts.middleware.CoarseBrowserMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "codextime.accounts.middleware.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "codextime.config.urls"
WSGI_APPLICATION = "codextime.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "codextime.accounts.context.server",
            ],
            "builtins": ["codextime.lib.date_filters"],
        },
    },
]

# --- storage ---------------------------------------------------------------------------------------------------------

# Seconds that a request may wait for the database altogether: pages are read and calls stored in a fraction of it, and
# proxies give up after 60. Workers have CELERY_TASK_TIME_LIMIT instead.
READING_SECONDS, WRITING_SECONDS, HEALTH_SECONDS = 15, 50, 3
# And how long the kernel waits for the other end of a connection: seconds, but milliseconds in tcp_user_timeout.
SILENCE = {
    "connect_timeout": 5,
    "tcp_user_timeout": 15_000,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
database = env.database()
database["OPTIONS"] = SILENCE | database.get("OPTIONS", {})
DATABASES = {
    "default": database | {"ENGINE": "codextime.config.postgres", "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Uploads are told to come back while more dates than this wait for their totals, or the database takes longer than this
# to say so.
UPLOADS_WAIT_ABOVE_DATES, UPLOADS_WAIT_ABOVE_SECONDS = env.UPLOADS_WAIT_ABOVE_DATES, env.UPLOADS_WAIT_ABOVE_SECONDS

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.REDIS_URL,
        "KEY_PREFIX": env.NAMESPACE,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},  # seconds: no request waits for a cache
    },
}


def broker_url(redis_url: str) -> str:
    """kombu spells a Unix socket `redis+socket:///path?virtual_host=0`; redis-py spells it `unix:///path?db=0`."""
    if not redis_url.startswith("unix://"):
        return redis_url
    return redis_url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")


CELERY_BROKER_URL = broker_url(env.REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{env.NAMESPACE}:",
    # An upload does not wait for a broker that is gone: one try (workers and beat try on by themselves), one second. A
    # worker's BRPOP, which waits as long for a message, is read only once its answer is there.
    "max_retries": 0,
    "socket_connect_timeout": 1,
    "socket_timeout": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "codextime.config.beat.HeartbeatScheduler"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "forget expired sessions and links": {"task": "accounts.forget_expired", "schedule": 3600.0},
    "forget old pairings": {"task": "devices.forget_pairings", "schedule": 3600.0},
    "forget old uploads": {"task": "ingest.forget_uploads", "schedule": 3600.0},
    "forget what was withdrawn": {"task": "usage.forget_withdrawn", "schedule": 3600.0},
    "erase accounts whose time has come": {"task": "dashboard.erase_due_accounts", "schedule": 3600.0},
    "mail those whose accounts will be erased": {
        "task": "accounts.tell_of_erasures",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "mail who is invited to or removed from teams": {"task": "teams.mail", "schedule": 15, "options": {"expires": 15}},
    "forget old invitations and delete teams": {"task": "teams.forget", "schedule": 3600.0},
    "forget old exports": {"task": "exports.forget", "schedule": 600.0},
    "forget freed handles": {"task": "boards.forget_freed_handles", "schedule": 3600.0},
    "check the totals of some users": {"task": "usage.check_sample", "schedule": crontab(hour="3", minute="17")},
    "show that a worker works": {"task": "site.heartbeat", "schedule": 15.0, "options": {"expires": 15}},
    "bring the leaderboard up to date": {"task": "boards.take_snapshot", "schedule": 15, "options": {"expires": 15}},
    "add up what teams used": {"task": "teams.rebuild", "schedule": 10, "options": {"expires": 10}},
    "rebuild what lost messages left": {"task": "usage.sweep", "schedule": 15, "options": {"expires": 15}},
    "erase what lost messages left": {"task": "usage.sweep_erasures", "schedule": 15, "options": {"expires": 15}},
    "make exports that lost messages left": {"task": "exports.sweep", "schedule": 60, "options": {"expires": 60}},
    "do what owners decided": {"task": "usage.sweep_decisions", "schedule": 15, "options": {"expires": 15}},
}

# --- accounts --------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
if IS_TEST:  # a slow hash protects stored passwords; tests have none to protect, and make users by the hundred
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Without mail nobody signs up but by an invitation, which the operator hands to whom the address belongs.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if env.HAS_MAIL else "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before the address changes, to which a link for another password goes
ACCOUNT_CHANGE_EMAIL = True  # one address; the old one stays until the new one is confirmed
ACCOUNT_ADAPTER = "codextime.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"signup": "codextime.accounts.forms.SignUpForm"}
SOCIALACCOUNT_ADAPTER = "codextime.accounts.social.SocialAdapter"
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True  # before an account is connected or disconnected
SOCIALACCOUNT_PROVIDERS = {
    provider: {"APP": {"client_id": name, "secret": secret}} for provider, (name, secret) in SIGN_IN_KEYS.items()
}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_NOTIFICATIONS = env.HAS_MAIL  # of every change of how somebody signs in
MFA_ADAPTER = "codextime.accounts.second_step.SecondStepAdapter"
MFA_FORMS = {
    "authenticate": "codextime.accounts.forms.SecondStepForm",
    "reauthenticate": "codextime.accounts.forms.CodeAgainForm",
    "activate_totp": "codextime.accounts.forms.AppForm",
    "add_webauthn": "codextime.accounts.forms.PasskeyForm",
    "authenticate_webauthn": "codextime.accounts.forms.PasskeyAsSecondStepForm",
    "login_webauthn": "codextime.accounts.forms.SignInByPasskeyForm",
    "reauthenticate_webauthn": "codextime.accounts.forms.PasskeyAgainForm",
    "edit_webauthn": "codextime.accounts.forms.PasskeyNameForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = f"Codextime {env.HOST}"
MFA_TOTP_TOLERANCE = 1  # the clock of a phone may be half a minute off
MFA_ALLOW_UNVERIFIED_EMAIL = not env.HAS_MAIL  # where nobody can verify one
SESSION_ENGINE = "codextime.accounts.sessions"
# Everything about a session is forgotten 30 days after its last sign-in or change.
SESSION_COOKIE_AGE = ACCOUNT_SESSION_COOKIE_AGE = 30 * 24 * 3600
ACCOUNT_SESSION_REMEMBER = True

# --- mail ------------------------------------------------------------------------------------------------------------

HAS_MAIL = env.HAS_MAIL
if env.MAIL_FOLDER:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = env.MAIL_FOLDER
elif not HAS_MAIL:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
else:
    vars().update(env.read.email_url_config(env.EMAIL_URL))
DEFAULT_FROM_EMAIL = env.MAIL_FROM

# --- security --------------------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_SECURE
TRUSTED_PROXIES = env.TRUSTED_PROXIES  # TLS ends at one of them
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # load balancers and containers ask without TLS
METRICS_TOKEN, METRICS_NETWORKS = env.METRICS_TOKEN, env.METRICS_NETWORKS
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
# Not for the hosts below ours, nor for browsers' own lists: the operator may have others there, without TLS.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
FILE_UPLOAD_HANDLERS = ["codextime.config.files.NoFiles"]
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

# Where a form of ours may lead by a redirect.
PROVIDER_PAGES = {"github": "https://github.com", "google": "https://accounts.google.com"}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *(PROVIDER_PAGES[provider] for provider in SIGN_IN_KEYS)],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

# --- pages and API ---------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static"]
STATIC_ROOT = env.STATIC_ROOT
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if IS_TEST
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
# Tests serve the sources, each looked up when it is asked for: to list them would take each test client 17 ms.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = IS_TEST

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # a program says by Accept what it wants
}
SPECTACULAR_SETTINGS = {"TITLE": "Codextime API", "VERSION": "1"}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "refusals": {"()": "codextime.lib.refusals.RefusalFilter"},
        "redaction": {"()": "codextime.lib.redaction.RedactionFilter"},
    },
    "formatters": {"json": {"()": "codextime.lib.json_logs.JsonFormatter"}, "text": {}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["refusals", "redaction"],
            "formatter": env.LOG_FORMAT,
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING" if IS_TEST else "INFO"},
    "loggers": {
        "django": {"handlers": []},  # without Django's own: one of them mails whole requests
        "gunicorn.error": {"handlers": ["console"], "propagate": False},  # in the place of gunicorn's own
    },
}

if env.SENTRY_DSN:
    start_sentry(env.SENTRY_DSN)
