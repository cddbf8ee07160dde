"""Settings of the gated host: the plain one, and the lines that the package's documentation asks for."""

from __future__ import annotations

import os

from tests.benchmarks.host.plain import *  # noqa: F403
from tests.benchmarks.host.plain import HERE, INSTALLED_APPS, MIDDLEWARE, TEMPLATES


INSTALLED_APPS = [*INSTALLED_APPS, "wagtail_wpr"]
MIDDLEWARE = [MIDDLEWARE[0], "wagtail_wpr.slots.middleware.SlotMiddleware", *MIDDLEWARE[1:]]
TEMPLATES = [{**TEMPLATES[0], "DIRS": [HERE / "templates_gated"]}]
ROOT_URLCONF = "tests.benchmarks.host.gated_urls"
WPR_DELIVERY = os.environ.get("BENCH_DELIVERY", "inline")
if os.environ.get("BENCH_PUBLIC"):  # it stands behind nginx
    MIDDLEWARE = [*MIDDLEWARE, "tests.benchmarks.host.freshness.public"]
