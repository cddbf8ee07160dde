"""Settings of the example publication: a demonstration on loopback that needs the package and no more."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


BASE = Path(__file__).resolve().parent
#: Database, pictures and key of this copy of the demonstration; tests have copies of their own.
VAR = Path(os.environ.get("DEMO_VAR") or BASE / "var")
VAR.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """Return the key of this copy of the demonstration; made on its first start, never committed."""
    path = VAR / "secret_key"
    if not path.exists():
        path.write_text(secrets.token_urlsafe(48), "ascii")
        path.chmod(0o600)
    return path.read_text("ascii")


#: ``make demo DELIVERY=fetch``: one page for everybody, and its script asks for what belongs to the reader.
WPR_DELIVERY = os.environ.get("DELIVERY") or "inline"

DEBUG = False  # errors look as readers would see them
SECRET_KEY = _secret_key()
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]
X_FRAME_OPTIONS = "SAMEORIGIN"  # the preview panel of the admin is a frame
ROOT_URLCONF = "example_project.urls"
WSGI_APPLICATION = "example_project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "example_project.demo",
    "example_project.publication",
    "wagtail_wpr",
    "wagtail_wpr.pages",
    "wagtail_wpr.billing",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.typed_table_block",
    "wagtail.api.v2",  # without rest_framework: its answers are JSON, also to a browser
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.sites",
    "wagtail.locales",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "example_project.demo.middleware.ContentSecurityPolicyMiddleware",
    "wagtail_wpr.slots.middleware.SlotMiddleware",
    "example_project.demo.middleware.PublicPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "example_project.publication.context.publication",
            ]
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR / "db.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}

LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("ar", "العربية")]
TIME_ZONE = "Europe/Lisbon"
USE_I18N = USE_TZ = True
WAGTAIL_I18N_ENABLED = True
FORMAT_MODULE_PATH = "example_project.formats"

STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Mail goes to /outbox/, not to people.
EMAIL_BACKEND = "example_project.demo.mail.OutboxBackend"
DEFAULT_FROM_EMAIL = "The Tidewaiter <letters@tidewaiter.example>"

WAGTAIL_SITE_NAME = "The Tidewaiter"
# No request leaves the machine: not for faces, not for newer versions.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAILADMIN_BASE_URL = "http://127.0.0.1:8000"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILAPI_LIMIT_MAX = 100
WAGTAILIMAGES_JPEG_QUALITY = 78

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "django.server": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "wagtail_wpr": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
