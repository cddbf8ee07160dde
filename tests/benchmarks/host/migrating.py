"""Settings with which the tables of Wagtail and of the package are migrated.

The site's own models are made for one run and have no migrations; Django does not migrate others while an app
without migrations derives from ``Page``, so that it is left out here, and the seeding creates its tables.
"""

from __future__ import annotations

from tests.benchmarks.host.gated import *  # noqa: F403
from tests.benchmarks.host.gated import INSTALLED_APPS


INSTALLED_APPS = [name for name in INSTALLED_APPS if name != "tests.benchmarks.host.stories"]
