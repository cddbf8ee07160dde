"""The people of the demonstration, and how each of them stands this month."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from example_project.demo.proved import proved_user
from example_project.demo.subscriptions import subscribe
from wagtail_wpr.access import Reader, spend
from wagtail_wpr.access.models import Read
from wagtail_wpr.pages.models import ArticlePage


EDITOR_NAME, EDITOR_PASSWORD = "editor", "tide-table"
#: Name in the strip → address, what they are called, and how many free articles they have read this month.
READERS = {
    "reader": ("reader@example.org", "Rosa Lindqvist", 2),
    "used-up": ("used-up@example.org", "Ulrik Tamm", 3),
    "subscriber": ("subscriber@example.org", "Sunniva Okoro", 0),
}
PERSONAS = {
    "visitor": "A visitor",
    "reader": "A reader with one read left",
    "used-up": "A reader who has used them up",
    "subscriber": "A subscriber",
    "editor": "An editor",
}


def become(name: str) -> Any:
    """Return the user to sign in, None for a visitor; readers' reads of this month are put back first."""
    if name == "visitor":
        return None
    if name == "editor":
        return get_user_model().objects.get(username=EDITOR_NAME)
    address, _called, _reads = READERS[name]
    set_reads(name)
    return get_user_model().objects.get(email=address)


def set_reads(name: str) -> None:
    """Give a reader exactly the reads of this month that the demonstration promises. Idempotent."""
    address, _called, number = READERS[name]
    reader = Reader.for_user(get_user_model().objects.get(email=address))
    Read.objects.filter(holder=reader.holder).delete()
    # From the oldest on: the newest are what somebody who tries the demonstration opens first.
    pages = ArticlePage.objects.live().filter(locale__language_code="en", source_id="").order_by("date_published")
    spent = 0
    for page in pages:
        if spent == number:
            return
        if spend(reader, page).reason == "metered":
            spent += 1


def create_people() -> None:
    """Create who is missing: the editor and the readers, one of them with a subscription."""
    users = get_user_model()
    editor, is_new = users.objects.get_or_create(
        username=EDITOR_NAME,
        defaults={"email": "editor@tidewaiter.example", "first_name": "Ida", "last_name": "Editor"},
    )
    if is_new or not editor.check_password(EDITOR_PASSWORD):
        editor.is_staff = editor.is_superuser = True
        editor.set_password(EDITOR_PASSWORD)
        editor.save()
    for name, (address, called, _reads) in READERS.items():
        create_reader(address, called)
        if name == "subscriber":
            subscribe(users.objects.get(email=address))


def create_reader(address: str, called: str) -> Any:
    """Return the user with that address, created as if its owner had just proved it."""
    user = get_user_model().objects.filter(email=address).first()
    if user is None:
        user = proved_user(address, timezone.now())
        user.first_name, user.last_name = called.split()
        user.save()
    return user
