from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db import connection
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from wagtail import hooks
from wagtail.models import GroupPagePermission, Page

from tests.access.publication import make_page, make_reader, set_meter, statements
from wagtail_wpr.access import (
    AccessLevel,
    Answer,
    Content,
    Reader,
    Rule,
    decide,
    decide_many,
    memory,
    spend,
)
from wagtail_wpr.access.models import AccessSetting, Entitlement


VISITOR = Reader.visitor()


def said(decision: Any) -> dict[str, str]:
    return {step.rule: step.said for step in decision.trace}


@pytest.mark.django_db
class TestLevels:
    """What each kind of reader meets at each level."""

    @pytest.mark.parametrize(
        ("level", "granted", "reason", "wall"),
        [
            ("free", True, "free", None),
            ("registered", False, "visitor", "register"),
            ("metered", False, "visitor", "register"),
            ("subscribers", False, "subscribers_only", "subscribe"),
        ],
    )
    def test_visitor(self, home: Any, level: str, granted: bool, reason: str, wall: str | None) -> None:
        decision = decide(VISITOR, make_page(home, "a", level))
        assert (decision.granted, decision.cost, decision.reason, decision.wall) == (granted, 0, reason, wall)
        assert decision.access == level

    @pytest.mark.parametrize(
        ("level", "granted", "cost", "reason", "wall"),
        [
            ("free", True, 0, "free", None),
            ("registered", True, 0, "registered", None),
            ("metered", True, 1, "metered", None),
            ("subscribers", False, 0, "subscribers_only", "subscribe"),
        ],
    )
    def test_reader(
        self, home: Any, reader: Any, level: str, granted: bool, cost: int, reason: str, wall: str | None
    ) -> None:
        decision = decide(Reader.for_user(reader), make_page(home, "a", level))
        assert (decision.granted, decision.cost, decision.reason) == (granted, cost, reason)
        assert decision.wall == wall
        assert decision.opens is (granted and cost == 0)

    @pytest.mark.parametrize("level", ["free", "registered", "metered", "subscribers"])
    def test_subscriber(self, home: Any, subscriber: Any, level: str) -> None:
        assert decide(Reader.for_user(subscriber), make_page(home, "a", level)).opens

    def test_a_used_up_meter_shows_the_subscribe_wall_and_its_state(self, home: Any, reader: Any) -> None:
        pages = [make_page(home, f"a{n}") for n in range(4)]
        who = Reader.for_user(reader)
        assert [spend(who, page).granted for page in pages] == [True, True, True, False]
        decision = decide(who, pages[3])
        assert (decision.wall, decision.reason) == ("subscribe", "used_up")
        assert decision.meter is not None
        assert (decision.meter.limit, decision.meter.used, decision.meter.remaining) == (3, 3, 0)

    def test_a_browser_with_a_used_unlock_meets_the_confirm_wall(self, home: Any) -> None:
        pending = Reader(browser="x", pending=True)
        assert decide(pending, make_page(home, "a")).wall == "confirm"
        assert decide(pending, make_page(home, "b", "subscribers")).wall == "subscribe"

    def test_an_entitlement_counts_only_while_it_is_in_force(self, article: Any, reader: Any) -> None:
        now = timezone.now()
        Entitlement.objects.create(user=reader, valid_from=now, valid_until=now + timedelta(days=1))
        who = Reader.for_user(reader)
        assert decide(who, article, at=now - timedelta(seconds=1)).reason == "metered"
        assert decide(who, article, at=now).reason == "subscriber"
        assert decide(who, article, at=now + timedelta(days=1)).reason == "metered"

    def test_other_entitlements_do_not_open(self, article: Any, reader: Any) -> None:
        Entitlement.objects.create(user=reader, name="ad_free")
        assert decide(Reader.for_user(reader), article).reason == "metered"

    def test_an_inactive_user_is_a_visitor(self, article: Any, subscriber: Any) -> None:
        subscriber.is_active = False
        assert Reader.for_user(subscriber) == VISITOR
        assert Reader.for_user(AnonymousUser()) == VISITOR
        assert Reader.for_user(None) == VISITOR

    def test_a_grant_opens_its_article_but_never_one_for_subscribers(self, home: Any) -> None:
        metered, registered = make_page(home, "a"), make_page(home, "b", "registered")
        closed = make_page(home, "c", "subscribers")
        until = timezone.now() + timedelta(hours=1)
        keys = [Content.of(page).key for page in (metered, registered, closed)]
        who = Reader(browser="x", grants=dict.fromkeys(keys, until), pending=True)
        assert [decide(who, page).reason for page in (metered, registered, closed)] == [
            "grant",
            "grant",
            "subscribers_only",
        ]
        assert not decide(who, metered, at=until).granted
        assert not decide(Reader(browser="x", grants={keys[1]: until}), metered).granted


@pytest.mark.django_db
class TestStaff:
    """Who may edit the page reads it; nobody else is asked at a price."""

    def test_superuser(self, home: Any) -> None:
        who = Reader.for_user(make_reader("root", is_superuser=True))
        assert decide(who, make_page(home, "a", "subscribers")).reason == "staff"

    def test_an_editor_by_group_without_the_staff_flag(self, home: Any) -> None:
        theirs, other = make_page(home, "theirs"), make_page(home, "other", "subscribers")
        closed = make_page(theirs, "closed", "subscribers")
        group = Group.objects.create(name="Some editors")
        permission = Permission.objects.get(content_type__app_label="wagtailcore", codename="change_page")
        GroupPagePermission.objects.create(group=group, page=theirs, permission=permission)
        editor = make_reader("editor")
        editor.groups.add(group)
        who = Reader.for_user(editor)
        assert decide(who, closed).reason == "staff"
        assert decide(who, other).reason == "subscribers_only"
        # A request's user is a lazy wrapper whose type knows nothing of groups.
        assert decide(Reader.for_user(SimpleLazyObject(lambda: editor)), closed).reason == "staff"

    def test_the_staff_flag_alone_opens_nothing(self, home: Any) -> None:
        who = Reader.for_user(make_reader("clerk", is_staff=True))
        assert decide(who, make_page(home, "a", "subscribers")).reason == "subscribers_only"


class Raises(Rule):
    name = "raises"
    order = 50

    def decide(self, reader: Reader, content: Content, prepared: Any) -> Answer | None:
        raise RuntimeError("a host's mistake")


class RaisesInPrepare(Rule):
    name = "raises_in_prepare"
    order = 60

    def prepare(self, reader: Reader, contents: Any, state: Any) -> Any:
        raise RuntimeError("a host's mistake")


class AnswersNonsense(Rule):
    name = "nonsense"
    order = 70

    def decide(self, reader: Reader, content: Content, prepared: Any) -> Any:
        return True


class Embargo(Rule):
    name = "embargo"
    order = 150

    def decide(self, reader: Reader, content: Content, prepared: Any) -> Answer | None:
        return Answer.refuse("embargo", wall="subscribe", note="until Monday")


class NoMeter(Rule):
    name = "meter"
    order = 800


@pytest.mark.django_db
class TestRules:
    """Hosts add rules; a broken one is named and opens nothing."""

    def hook(self, rule: Any) -> Any:
        return hooks.register_temporarily("register_wpr_access_rule", lambda: rule)

    def test_the_trace_names_every_rule_asked(self, article: Any, reader: Any) -> None:
        decision = decide(Reader.for_user(reader), article)
        assert [step.rule for step in decision.trace] == [
            "free",
            "staff",
            "registered",
            "subscriber",
            "grant",
            "meter",
        ]
        assert [step.said for step in decision.trace] == ["passed"] * 5 + ["granted"]

    @pytest.mark.parametrize("rule", [Raises, RaisesInPrepare, AnswersNonsense])
    def test_a_broken_rule_grants_nothing_and_is_logged(
        self, article: Any, subscriber: Any, rule: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        with self.hook(rule):
            visitor, paying = decide(VISITOR, article), decide(Reader.for_user(subscriber), article)
        assert not visitor.granted
        assert said(visitor)[rule.name] == "failed"
        assert visitor.wall == "register"
        assert paying.reason == "subscriber"
        assert rule.name in caplog.text

    def test_a_host_refuses_before_others_grant(self, article: Any, subscriber: Any) -> None:
        with self.hook(Embargo()):
            decision = decide(Reader.for_user(subscriber), article)
        assert (decision.granted, decision.reason, decision.wall) == (False, "embargo", "subscribe")
        assert decision.trace[-1].note == "until Monday"

    def test_a_rule_with_the_name_of_ours_takes_its_place(self, article: Any, reader: Any) -> None:
        with self.hook(NoMeter):
            assert decide(Reader.for_user(reader), article).wall == "subscribe"
        assert decide(Reader.for_user(reader), article).cost == 1

    @pytest.mark.parametrize("rule", [None, object(), Rule, int])
    def test_a_hook_that_gives_no_rule_is_left_out(
        self, article: Any, rule: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        with self.hook(rule):
            assert decide(VISITOR, article).wall == "register"
        assert "gave no rule" in caplog.text

    def test_only_the_meter_may_cost(self) -> None:
        with pytest.raises(ValueError, match="Only the meter"):
            Answer(granted=True, reason="mine", cost=1)
        with pytest.raises(ValueError, match="0 or 1"):
            Answer(granted=True, reason="mine", cost=2)


@pytest.mark.django_db
class TestBroken:
    """Empty or broken settings grant nobody, and nothing raises."""

    def test_an_unknown_level_is_nobodys(self, article: Any, subscriber: Any, caplog: Any) -> None:
        AccessSetting.objects.create(page=article, access="gold")
        decision = decide(Reader.for_user(subscriber), article)
        assert (decision.granted, decision.reason) == (False, "broken")
        assert "gold" in caplog.text

    def test_an_unknown_default_is_nobodys(self, site: Any, article: Any, subscriber: Any) -> None:
        set_meter(site, default_access="inherit")
        assert decide(Reader.for_user(subscriber), article).reason == "broken"

    def test_two_rows_that_disagree_count_as_the_stricter(self, article: Any) -> None:
        for level in ("subscribers", "free"):
            AccessSetting.objects.create(page=article, access=level)
        assert decide(VISITOR, article).access == "subscribers"

    def test_an_unknown_period_gives_no_free_articles(self, site: Any, article: Any, reader: Any) -> None:
        set_meter(site, period="fortnight")
        decision = decide(Reader.for_user(reader), article)
        assert said(decision)["meter"] == "failed"
        assert (decision.granted, decision.wall) == (False, "subscribe")

    def test_a_page_outside_every_site_is_not_metered(self, home: Any, reader: Any) -> None:
        outside = make_page(Page.get_first_root_node(), "elsewhere")
        assert not decide(Reader.for_user(reader), outside).granted

    def test_nonsense_in_place_of_a_page_is_refused(self) -> None:
        decision = decide(VISITOR, None)
        assert (decision.granted, decision.reason, decision.wall) == (False, "error", "register")
        assert spend(VISITOR, None).reason == "error"

    def test_a_decision_is_plain_frozen_data(self, article: Any, reader: Any) -> None:
        decision = decide(Reader.for_user(reader), article)
        data = decision.as_data()
        assert data["meter"]["remaining"] == 3
        assert data["trace"][0] == {"rule": "free", "said": "passed", "note": ""}
        assert data["access"] == "metered"
        assert set(data) == {
            "content", "granted", "cost", "reason", "wall", "access", "meter", "trace",
        }  # fmt: skip
        with pytest.raises(FrozenInstanceError):
            decision.granted = True  # type: ignore[misc]


@pytest.mark.django_db
class TestStatements:
    """Statements issued by the package, caches warm."""

    def warm(self, page: Any) -> None:
        decide(VISITOR, page)

    def test_visitor_none(self, article: Any) -> None:
        self.warm(article)
        with statements(0):
            assert not decide(VISITOR, article).granted

    def test_visitor_with_a_browser_none_where_visitors_have_no_meter(self, article: Any) -> None:
        self.warm(article)
        with statements(0):
            assert not decide(Reader(browser="b", pending=True), article).granted

    def test_free_none_for_a_reader(self, home: Any, subscriber: Any) -> None:
        page = make_page(home, "a", "free")
        self.warm(page)
        with statements(0):
            assert decide(Reader.for_user(subscriber), page).opens

    def test_subscriber_one(self, article: Any, subscriber: Any) -> None:
        self.warm(article)
        with statements(1):
            assert decide(Reader.for_user(subscriber), article).opens

    def test_first_read_two_and_then_one(self, article: Any, reader: Any) -> None:
        self.warm(article)
        who = Reader.for_user(reader)
        with statements(2):
            assert spend(who, article, decision=decide(who, article)).reason == "metered"
        with statements(1):
            assert decide(who, article).reason == "already_read"

    @pytest.mark.parametrize("period", ["week", "rolling"])
    def test_first_read_two_in_other_periods(self, site: Any, article: Any, reader: Any, period: str) -> None:
        set_meter(site, period=period)
        self.warm(article)
        who = Reader.for_user(reader)
        with statements(2):
            assert spend(who, article).reason == "metered"

    def test_fifty_one(self, home: Any, reader: Any) -> None:
        pages = [make_page(home, f"a{n}") for n in range(50)]
        who = Reader.for_user(reader)
        spend(who, pages[7])
        with statements(1):
            decisions = decide_many(who, pages)
        assert [n for n, decision in enumerate(decisions) if decision.opens] == [7]
        assert all(decision.cost == 1 for n, decision in enumerate(decisions) if n != 7)

    def test_an_empty_list_none(self) -> None:
        with statements(0):
            assert decide_many(VISITOR, []) == []

    def test_deciding_writes_nothing(self, site: Any, article: Any, reader: Any) -> None:
        with statements(9) as found:
            decide(Reader.for_user(reader), article)
        assert not [sql for sql in found if not sql.upper().lstrip("(").startswith("SELECT")]


class Gone:
    """A database that refuses every statement."""

    def __call__(self, *args: Any) -> Any:
        from django.db import OperationalError

        raise OperationalError("the server went away")


@pytest.mark.django_db
class TestFaults:
    """A dead database gives the teaser; a dead cache only costs speed."""

    def test_database_gone_behind_the_decision(
        self, article: Any, subscriber: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        decide(VISITOR, article)
        with connection.execute_wrapper(Gone()):
            decision = decide(Reader.for_user(subscriber), article)
            assert spend(Reader.for_user(subscriber), article).granted is False
            assert decide(VISITOR, article).wall == "register"
        assert (decision.granted, decision.reason, decision.wall) == (False, "error", "subscribe")
        assert said(decision)["subscriber"] == "failed"
        assert "server went away" in caplog.text

    def test_database_gone_and_nothing_remembered(self, article: Any, subscriber: Any) -> None:
        memory.forget()
        with connection.execute_wrapper(Gone()):
            assert decide(Reader.for_user(subscriber), article).reason == "error"

    def test_database_gone_while_spending(self, article: Any, reader: Any) -> None:
        who = Reader.for_user(reader)
        peeked = decide(who, article)
        with connection.execute_wrapper(Gone()):
            assert spend(who, article, decision=peeked).granted is False

    def test_cache_gone(self, settings: Any, home: Any, reader: Any) -> None:
        page = make_page(home, "a", "registered")
        settings.CACHES = {"default": {"BACKEND": "tests.access.dead_cache.DeadCache"}}
        memory.forget()
        assert decide(VISITOR, page).wall == "register"
        assert decide(Reader.for_user(reader), page).reason == "registered"
        AccessSetting.objects.filter(page=page).delete()
        assert decide(VISITOR, page).access is AccessLevel.METERED
