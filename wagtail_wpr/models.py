"""The models of the core app, gathered from the rooms that define them."""

from __future__ import annotations

from wagtail_wpr.access.models import *  # noqa: F403
from wagtail_wpr.catalogue.models import *  # noqa: F403
from wagtail_wpr.readers.models import *  # noqa: F403
from wagtail_wpr.slots.models import *  # noqa: F403
from wagtail_wpr.taxonomy.models import *  # noqa: F403
