from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.access.publication import make_page, make_reader
from wagtail_wpr.access import Reader, decide
from wagtail_wpr.access.models import Entitlement
from wagtail_wpr.billing.models import Plan, PlanEntitlement, Price, Subscription


NOW = timezone.now()
DAY = timedelta(days=1)


@pytest.fixture
def price(db: None) -> Price:
    plan = Plan.objects.create(name="All-Access", slug="all-access")
    PlanEntitlement.objects.create(plan=plan, name="all_access")
    PlanEntitlement.objects.create(plan=plan, name="ad_free")
    return Price.objects.create(plan=plan, amount=9900, currency="EUR", interval="year")


def subscribe(user: Any, price: Price, **fields: Any) -> Subscription:
    return Subscription.objects.create(user=user, price=price, started_at=NOW - 90 * DAY, **fields)


@pytest.mark.django_db
class TestEntitlements:
    """A subscription keeps the reader's entitlements in step."""

    def test_it_gives_what_the_plan_gives(self, reader: Any, price: Price) -> None:
        row = subscribe(reader, price, current_period_end=NOW + DAY)
        found = Entitlement.objects.filter(user=reader).order_by("name")
        assert [(e.name, e.source, e.valid_until) for e in found] == [
            ("ad_free", f"subscription:{row.pk}", NOW + DAY),
            ("all_access", f"subscription:{row.pk}", NOW + DAY),
        ]

    @pytest.mark.parametrize(
        ("status", "provider", "end", "reads"),
        [
            ("active", "manual", None, True),
            ("active", "manual", 1, True),
            ("active", "complimentary", -1, False),
            ("active", "stripe", -1, True),
            ("active", "stripe", -8, False),
            ("trialing", "manual", 1, True),
            ("past_due", "manual", 1, True),
            ("past_due", "manual", -6, True),
            ("past_due", "stripe", -8, False),
            ("past_due", "manual", None, False),
            ("canceled", "manual", 1, True),
            ("canceled", "stripe", -1, False),
            ("canceled", "manual", None, False),
            ("unpaid", "manual", 1, False),
            ("paused", "manual", 1, False),
            ("incomplete", "manual", 1, False),
            ("nonsense", "manual", 1, False),
        ],
    )
    def test_states(
        self, home: Any, reader: Any, price: Price, status: str, provider: str, end: int | None, reads: bool
    ) -> None:
        until = None if end is None else timezone.now() + end * DAY
        subscribe(reader, price, status=status, provider=provider, current_period_end=until)
        page = make_page(home, "a", "subscribers")
        assert decide(Reader.for_user(reader), page).granted is reads

    def test_grace_days_are_a_setting(self, settings: Any, reader: Any, price: Price) -> None:
        settings.WPR_GRACE_DAYS = 1
        row = subscribe(reader, price, status="past_due", current_period_end=NOW)
        assert row.access_until() == NOW + DAY

    def test_saving_again_changes_the_rows_and_adds_none(self, reader: Any, price: Price) -> None:
        row = subscribe(reader, price, current_period_end=NOW + DAY)
        before = set(Entitlement.objects.values_list("pk", flat=True))
        row.current_period_end = NOW + 2 * DAY
        row.save()
        assert set(Entitlement.objects.values_list("pk", flat=True)) == before
        assert set(Entitlement.objects.values_list("valid_until", flat=True)) == {NOW + 2 * DAY}

    def test_ending_and_deleting_take_only_its_own(self, reader: Any, price: Price) -> None:
        Entitlement.objects.create(user=reader, name="all_access", source="institution:1")
        row = subscribe(reader, price)
        row.status = "canceled"
        row.save()
        assert [e.source for e in Entitlement.objects.all()] == ["institution:1"]
        row.status = "active"
        row.save()
        assert Entitlement.objects.count() == 3
        row.delete()
        assert [e.source for e in Entitlement.objects.all()] == ["institution:1"]

    def test_given_to_another_reader(self, reader: Any, price: Price) -> None:
        row, other = subscribe(reader, price), make_reader("other")
        row.user = other
        row.save()
        assert {e.user_id for e in Entitlement.objects.all()} == {other.pk}

    def test_a_plan_that_gives_more_or_less(self, reader: Any, price: Price) -> None:
        subscribe(reader, price)
        PlanEntitlement.objects.create(plan=price.plan, name="newsletters")
        assert Entitlement.objects.filter(name="newsletters").count() == 1
        PlanEntitlement.objects.get(name="ad_free").delete()
        assert sorted(e.name for e in Entitlement.objects.all()) == ["all_access", "newsletters"]

    def test_a_providers_number_is_there_once_and_may_be_missing(self, reader: Any, price: Price) -> None:
        assert subscribe(reader, price, external_id="").external_id is None
        subscribe(reader, price)
        subscribe(reader, price, external_id="sub_1")
        with pytest.raises(IntegrityError), transaction.atomic():
            subscribe(reader, price, external_id="sub_1")


@pytest.mark.django_db
class TestAdmin:
    """A subscription is given by hand in the Wagtail admin."""

    form = {
        "status": "active",
        "started_at": "2026-01-01 00:00",
        "current_period_end": "",
        "provider": "complimentary",
        "external_id": "",
        "note": "",
    }

    def test_give_change_and_list(self, client: Any, reader: Any, price: Price) -> None:
        client.force_login(make_reader("root", is_superuser=True, is_staff=True))
        assert client.get("/admin/subscription/new/").status_code == 200
        form = {**self.form, "user": "READER@example.org", "price": price.pk}
        assert client.post("/admin/subscription/new/", form).status_code == 302
        row = Subscription.objects.get()
        assert (row.user, row.provider) == (reader, "complimentary")
        assert Entitlement.objects.filter(user=reader, name="all_access").exists()
        page = client.get(f"/admin/subscription/edit/{row.pk}/")
        assert 'value="reader"' in page.content.decode()
        assert client.get("/admin/subscription/").status_code == 200
        assert client.get("/admin/plan/").status_code == 200
        assert client.get(f"/admin/plan/edit/{price.plan.pk}/").status_code == 200

    def test_an_unknown_reader(self, client: Any, price: Price) -> None:
        client.force_login(make_reader("root", is_superuser=True, is_staff=True))
        form = {**self.form, "user": "nobody@example.org", "price": price.pk}
        assert "There is no reader" in client.post("/admin/subscription/new/", form).content.decode()
        assert Subscription.objects.count() == 0

    def test_only_with_the_permission(self, client: Any, reader: Any) -> None:
        group = Group.objects.create(name="Desk")
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        reader.groups.add(group)
        client.force_login(reader)
        assert client.get("/admin/subscription/").status_code == 302
        group.permissions.add(Permission.objects.get(codename="view_subscription"))
        group.permissions.add(Permission.objects.get(codename="change_subscription"))
        assert client.get("/admin/subscription/").status_code == 200
