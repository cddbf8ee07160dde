"""Panels that let an editor tag any page type with regions, topics and contributors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import MultipleChooserPanel


def RegionsPanel() -> MultipleChooserPanel:
    """Return the panel for a page's regions: ``content_panels = [..., RegionsPanel()]``."""
    return MultipleChooserPanel(
        "wpr_regions",
        chooser_field_name="region",
        heading=_("Regions"),
        label=_("Region"),
        help_text=_("The first one stands above the headline. A country also counts for its region."),
    )


def TopicsPanel() -> MultipleChooserPanel:
    """Return the panel for a page's topics."""
    return MultipleChooserPanel("wpr_topics", chooser_field_name="topic", heading=_("Topics"), label=_("Topic"))


def ContributorsPanel() -> MultipleChooserPanel:
    """Return the panel for a page's contributors, in the order of the byline."""
    return MultipleChooserPanel(
        "wpr_contributors",
        chooser_field_name="contributor",
        heading=_("Contributors"),
        label=_("Contributor"),
        help_text=_("In the order of the byline."),
    )


def taxonomy_panels() -> list[MultipleChooserPanel]:
    """Return the three panels in the order editors need them."""
    return [ContributorsPanel(), RegionsPanel(), TopicsPanel()]
