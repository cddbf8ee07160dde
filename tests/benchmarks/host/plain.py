"""Settings of the plain host: Wagtail as an integrator sets it up for production, without the package.

What the runner chooses comes through the environment: ``BENCH_DATABASE`` and ``BENCH_DATABASE_NAME``,
``BENCH_REDIS`` (the address of a Redis for the cache), ``BENCH_FOLDER`` for media files.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


HERE = Path(__file__).resolve().parent
FOLDER = os.environ["BENCH_FOLDER"]

DEBUG = False
SECRET_KEY = "only-for-benchmarks"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
TIME_ZONE = "Europe/Vienna"
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "tests.benchmarks.host.plain_urls"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = f"{FOLDER}/media"
DEFAULT_FROM_EMAIL = "review@example.org"
WAGTAIL_SITE_NAME = "Harbour Review"
WAGTAILADMIN_BASE_URL = "http://localhost"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

INSTALLED_APPS = [
    "tests.benchmarks.host.stories",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.sites",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

# With DEBUG off, Django keeps compiled templates in memory.
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates_plain"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def database() -> dict[str, Any]:
    """Connections are kept, as in production."""
    name = os.environ["BENCH_DATABASE_NAME"]
    if os.environ["BENCH_DATABASE"] == "postgresql":
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": os.environ.get("PGUSER", "postgres"),
            "HOST": os.environ.get("PGHOST", "127.0.0.1"),
            "CONN_MAX_AGE": None,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def cache() -> dict[str, Any]:
    """Without Redis each process has a cache of its own: the same for both hosts, and with no server to wait for."""
    redis = os.environ.get("BENCH_REDIS")
    if not redis:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}}
    # One Redis for both hosts, and names apart.
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis,
        "KEY_PREFIX": f"{os.environ['BENCH_DATABASE_NAME']}-{os.environ['DJANGO_SETTINGS_MODULE']}",
    }


DATABASES = {"default": database()}
CACHES = {"default": cache()}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
if os.environ.get("BENCH_SMALL"):  # a copy of the database, as it was before it grew
    DATABASES["small"] = {**DATABASES["default"], "NAME": os.environ["BENCH_SMALL"]}
