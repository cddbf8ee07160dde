from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_wpr.slots.ads import AdSlot
from wagtail_wpr.slots.gated import PartSlot
from wagtail_wpr.slots.kinds import SlotKind
from wagtail_wpr.slots.lines import AccountSlot, MeterSlot
from wagtail_wpr.slots.models import WallCopy
from wagtail_wpr.slots.walls import WallSlot


def _register(kind: type[SlotKind]) -> None:
    hooks.register("register_wpr_slot", kind)


for _kind in (WallSlot, PartSlot, MeterSlot, AccountSlot, AdSlot):
    _register(_kind)


class WallCopyViewSet(SnippetViewSet):
    model = WallCopy
    icon = "wpr-break"
    menu_label = _("Wall copy")
    list_display = ["__str__", "wall", "site", "section"]
    list_filter = ["wall", "site"]
    list_export = ["wall", "site", "section", "headline", "promise", "button", "next_step", "subscribe_line"]
    copy_view_enabled = True


register_snippet(WallCopyViewSet)
