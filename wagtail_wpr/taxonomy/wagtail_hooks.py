"""The "Publication" group of the admin menu: regions, topics, contributors and series."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.tables import LocaleColumn, UpdatedAtColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from wagtail_wpr.taxonomy.models import Contributor, Region, Series, Topic


NAME_PANELS = [FieldRowPanel([FieldPanel("name"), FieldPanel("slug")])]


class TermViewSet(SnippetViewSet):
    """What the lists of all terms have in common."""

    # The lists are short. Asked of the database itself the slug can be searched too, and the search by
    # single fields works on SQLite, whose full-text table does not know them.
    search_backend_name = None
    search_fields = ["name", "slug"]
    ordering = ["name"]
    copy_view_enabled = False


class RegionViewSet(TermViewSet):
    """Regions, with the region each is part of."""

    model = Region
    icon = "site"
    menu_label = _("Regions")
    list_display = ["name", "parent", "slug", LocaleColumn(), UpdatedAtColumn()]
    list_export = ["name", "slug", "parent", "locale"]
    list_filter = ["parent"]
    panels = [*NAME_PANELS, FieldPanel("parent"), FieldPanel("description"), FieldPanel("image")]

    def get_queryset(self, request: Any) -> Any:
        return Region.objects.select_related("parent", "locale")


class TopicViewSet(TermViewSet):
    """Topics."""

    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    list_display = ["name", "slug", LocaleColumn(), UpdatedAtColumn()]
    list_export = ["name", "slug", "description", "locale"]
    panels = [*NAME_PANELS, FieldPanel("description")]


class ContributorViewSet(TermViewSet):
    """Contributors, with their role."""

    model = Contributor
    icon = "user"
    menu_label = _("Contributors")
    list_display = ["name", "role", "slug", LocaleColumn(), UpdatedAtColumn()]
    list_export = ["name", "slug", "role", "website", "social", "email", "locale"]
    list_filter = ["role"]
    search_fields = ["name", "slug", "role"]
    panels = [
        *NAME_PANELS,
        FieldPanel("role"),
        FieldPanel("biography"),
        FieldPanel("portrait"),
        FieldRowPanel([FieldPanel("website"), FieldPanel("social")]),
        FieldPanel("email"),
    ]


class SeriesViewSet(TermViewSet):
    """Series."""

    model = Series
    icon = "list-ul"
    menu_label = _("Series")
    list_display = ["name", "slug", LocaleColumn(), UpdatedAtColumn()]
    list_export = ["name", "slug", "description", "locale"]
    panels = [*NAME_PANELS, FieldPanel("description")]


class PublicationViewSetGroup(SnippetViewSetGroup):
    """What pages are about and who writes them, in one place of the menu."""

    items = (RegionViewSet, TopicViewSet, ContributorViewSet, SeriesViewSet)
    menu_label = _("Publication")
    menu_icon = "folder-open-inverse"
    menu_name = "wpr-publication"
    menu_order = 250


register_snippet(PublicationViewSetGroup)
