"""Every setting, typed and with its reason; `.env.example` explains them to an operator.

Read from the environment, then `.env` beside manage.py, then `DATA_DIR/secrets.env` (written by `manage.py up` on
the embedded default). Secrets have no default: a missing one stops the start.
"""

import socket
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
import environ
import psutil
import structlog
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from structlog.typing import Processor

django_stubs_ext.monkeypatch()  # lets annotations such as ModelAdmin[User] stand at run time

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).expanduser().resolve()
env.read_env(DATA_DIR / "secrets.env")

# Security ------------------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
JWT_SIGNING_KEY = env.str("JWT_SIGNING_KEY")
for _name, _secret in (("SECRET_KEY", SECRET_KEY), ("JWT_SIGNING_KEY", JWT_SIGNING_KEY)):
    if not DEBUG and (len(_secret) < 32 or _secret.startswith(("change-me", "django-insecure"))):
        raise ImproperlyConfigured(f"{_name} is a sample or shorter than 32 characters: set a random one.")
if not DEBUG and SECRET_KEY == JWT_SIGNING_KEY:
    raise ImproperlyConfigured("JWT_SIGNING_KEY is the same as SECRET_KEY: set two different ones.")

HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
_listens_everywhere = HOST in {"0.0.0.0", "::"}  # noqa: S104 -- the operator's choice
_own_names = {"localhost", "127.0.0.1", "[::1]", socket.gethostname()} | (
    {
        each.address
        for addresses in psutil.net_if_addrs().values()
        for each in addresses
        if each.family == socket.AF_INET
    }
    if _listens_everywhere
    else {HOST}
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=sorted(_own_names))
if not DEBUG and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS contains *: name the hosts by which people reach this server.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)  # how many stand between the visitor and this server
HTTPS = env.bool("HTTPS", default=False)  # behind a proxy that ends TLS and sets X-Forwarded-Proto
# What mailed links begin with; never taken from a request, whose Host header anybody can write.
_own_name = socket.gethostname() if _listens_everywhere else f"[{HOST}]" if ":" in HOST else HOST
PUBLIC_URL = env.str("PUBLIC_URL", default=f"{'https' if HTTPS else 'http'}://{_own_name}:{PORT}").rstrip("/")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# Apps ----------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "mlplatform.apps.PlatformAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "axes",
    "csp",
    "core",
    "accounts",
    "workspaces",
    "datasets",
    "training",
    "predictions",
    "mlplatform",
]

MIDDLEWARE = [
    "core.http.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.http.middleware.TrailingSlashMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.http.middleware.ProductErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "mlplatform.urls"
WSGI_APPLICATION = "mlplatform.wsgi.application"
APPEND_SLASH = False  # TrailingSlashMiddleware serves both forms without a redirect, so that a POST keeps its body
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "mlplatform.shell.shell",
            ]
        },
    }
]

# Data ----------------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock at BEGIN, so that two writers queue instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE_S", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
}

FILES_DIR = DATA_DIR / "files"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES_DIR}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "tmp"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024  # a JSON body; files are streamed to disk and have their own limit
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # one checkbox a column
DATA_UPLOAD_MAX_NUMBER_FILES = 10

# People --------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_validators = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.MaximumLengthValidator"},
    {
        "NAME": f"{_validators}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "email", "full_name"]},
    },
    {"NAME": f"{_validators}.MinimumLengthValidator"},
    {"NAME": f"{_validators}.CommonPasswordValidator"},
    {"NAME": f"{_validators}.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3_600  # seconds
PASSWORD_RESET_MAILS_PER_HOUR = 5  # to one person; more would be somebody else's doing
AUTHENTICATION_BACKENDS = ["accounts.lock_out.SignInBackend"]
AXES_HANDLER = "accounts.lock_out.FailureCounter"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # not the address alone: an own account would reset its count
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "accounts.lock_out.email_of"
AXES_CLIENT_IP_CALLABLE = "core.http.client.client_network"
AXES_LOCKOUT_CALLABLE = "accounts.lock_out.answer"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "email", "csrfmiddlewaretoken"]  # not kept with an attempt
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False  # accounts/admin.py shows what is locked
AXES_VERBOSE = False
SIGN_IN_FAILURES_PER_IP = env.int("SIGN_IN_FAILURES_PER_IP", default=100)
SIGN_UPS_PER_IP_AND_DAY = env.int("SIGN_UPS_PER_IP_AND_DAY", default=50)
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "workspaces:home"
CSRF_FAILURE_VIEW = "mlplatform.views.csrf_failed"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
ADMIN_EMAIL = env.str("ADMIN_EMAIL", default="")
ADMIN_PASSWORD = env.str("ADMIN_PASSWORD", default="")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="ML Platform <noreply@localhost>")
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

CREDITS_ENABLED = env.bool("CREDITS_ENABLED", default=True)
CREDITS_AT_SIGN_UP = env.int("CREDITS_AT_SIGN_UP", default=15)
CREDITS_PER_TRAINING = env.int("CREDITS_PER_TRAINING", default=1)
CREDITS_PER_PREDICTION = env.int("CREDITS_PER_PREDICTION", default=5)

# API -----------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.token_authentication.TokenAuthentication",
        "accounts.api.key_authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["core.http.permissions.SignedInWithinScope"],
    "DEFAULT_PARSER_CLASSES": [
        "core.http.parsers.SafeJSONParser",
        "rest_framework.parsers.MultiPartParser",
        "rest_framework.parsers.FormParser",
    ],
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "core.http.search.Search",
        "rest_framework.filters.OrderingFilter",
    ],
    "DEFAULT_PAGINATION_CLASS": "core.http.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "core.http.openapi.ProductSchema",
    "URL_FORMAT_OVERRIDE": None,  # `?format=` names the format of a file to download
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {"EXCEPTION_HANDLER_CLASS": "core.http.errors.ProductExceptionHandler"}
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=30),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "CHECK_REVOKE_TOKEN": True,  # a changed password ends the tokens made under the old one
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ML Platform",
    "DESCRIPTION": "From a table to a prediction: datasets, training, models and predictions.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/",
    "ENUM_NAME_OVERRIDES": {
        "JobStateEnum": "training.states.JobState",
        "VersionStatusEnum": "datasets.models.VersionStatus",
        "ModelStatusEnum": "training.models.ModelStatus",
        "RoleEnum": "workspaces.models.Role",
        "ColumnRoleEnum": ["feature", "id", "constant"],
        "DtypeEnum": ["integer", "number", "boolean", "category", "text", "datetime", "id"],
    },
}

# Background work -----------------------------------------------------------------------------------------------------

if REDIS_URL:
    CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, str | float] = {
        "visibility_timeout": 6 * 3600,
        # A broker that is away must not hold up a request: the reaper rings again.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.2,
        "socket_connect_timeout": 1,
        "socket_timeout": 30,
    }
else:
    CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA_DIR / "broker" / "queue"),
        "data_folder_out": str(DATA_DIR / "broker" / "queue"),
        "control_folder": str(DATA_DIR / "broker" / "control"),
        "polling_interval": 0.05,  # the default of 1 s would be felt at every start
    }
    for _folder in ("queue", "control"):
        (DATA_DIR / "broker" / _folder).mkdir(parents=True, exist_ok=True)
CELERY_TASK_IGNORE_RESULT = True  # the job's row is the truth, the message only a doorbell
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False  # a mail to the console stays readable, with its link in one piece
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # keeps nothing on disk: a file cut short would stop it for good
CELERY_BEAT_SCHEDULE = {
    "run-errands": {"task": "core.tasks.run_errands", "schedule": 5.0, "options": {"expires": 5}},
    "reap-jobs": {"task": "training.tasks.reap_jobs", "schedule": 5.0, "options": {"expires": 5}},
    "mail-of-ended-jobs": {"task": "training.tasks.mail_of_ended_jobs", "schedule": 5.0, "options": {"expires": 5}},
    "reap-datasets": {"task": "datasets.tasks.reap_datasets", "schedule": 15.0, "options": {"expires": 15}},
    "sweep-models": {"task": "training.tasks.sweep_models", "schedule": 1800.0, "options": {"expires": 1800}},
    "sweep-datasets": {"task": "datasets.tasks.sweep_datasets", "schedule": 1800.0, "options": {"expires": 1800}},
    "sweep-accounts": {"task": "accounts.tasks.sweep_accounts", "schedule": 900.0, "options": {"expires": 900}},
}
WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=2)

# Limits --------------------------------------------------------------------------------------------------------------

UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=100 * 1024 * 1024)
UPLOAD_MAX_COLUMNS = env.int("UPLOAD_MAX_COLUMNS", default=2_000)
UPLOAD_INLINE_BYTES = env.int("UPLOAD_INLINE_BYTES", default=8 * 1024 * 1024)  # read while the caller waits
DISK_RESERVE_BYTES = env.int("DISK_RESERVE_BYTES", default=64 * 1024 * 1024)  # not taken by uploads
INGEST_TIME_LIMIT_S = env.int("INGEST_TIME_LIMIT_S", default=3_600)
INGEST_MEMORY_LIMIT_BYTES = env.int("INGEST_MEMORY_LIMIT_BYTES", default=1536 * 1024**2)
INGEST_LEASE_S = env.int("INGEST_LEASE_S", default=20)  # a heartbeat older than this means a dead reader
TRAINING_TIME_LIMIT_S = env.int("TRAINING_TIME_LIMIT_S", default=3_600)
TRAINING_MEMORY_LIMIT_BYTES = env.int("TRAINING_MEMORY_LIMIT_BYTES", default=4 * 1024**3)
TRAINING_LEASE_S = env.int("TRAINING_LEASE_S", default=20)  # a heartbeat older than this means a dead worker
TRAINING_MAX_ATTEMPTS = 2
TRAINING_CORES = env.int("TRAINING_CORES", default=1)  # threads one fit may use
LIVE_SOCKETS_PER_PERSON = env.int("LIVE_SOCKETS_PER_PERSON", default=50)  # open at a time, of one web process
MODEL_CACHE_COUNT = env.int("MODEL_CACHE_COUNT", default=20)
MODEL_CACHE_BYTES = env.int("MODEL_CACHE_BYTES", default=1024**3)

# Logs ----------------------------------------------------------------------------------------------------------------

LOG_FORMAT = env.str("LOG_FORMAT", default="text")
_shared_processors: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared_processors,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer()
                if LOG_FORMAT == "json"
                else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], drop_missing=True),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "axes": {"level": "ERROR"},  # accounts.lock_out tells of what it refuses
    },
}
structlog.configure(
    processors=[*_shared_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
