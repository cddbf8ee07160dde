from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

from tests.readers.conftest import Window, browser, code_in, link_in, newest_mail
from wagtail_wpr.readers.models import Address, ReaderProfile


pytestmark = pytest.mark.django_db


class TestAccountsOfTheHost:
    def test_unproved_account_loses_password_and_sessions(self, article):
        user = get_user_model().objects.create_user("squatter", "anna@example.org", "secret")
        squatter = browser("203.0.113.4")
        assert squatter.login(username="squatter", password="secret")
        window = Window()
        window.register(article)
        window.press(link_in(newest_mail()))
        assert window.user_id == str(user.pk)
        user.refresh_from_db()
        assert not user.has_usable_password()
        assert squatter.get("/wpr/account/").status_code == 303
        assert window.client.get("/wpr/account/").status_code == 200

    def test_second_proof_ends_nothing(self, article):
        first, second = Window(), Window(browser("198.51.100.9"))
        first.register(article)
        first.press(link_in(newest_mail()))
        user = get_user_model().objects.get()
        user.set_password("chosen by its owner")
        user.save()
        second.ask_for_link()
        second.press(link_in(newest_mail()))
        user.refresh_from_db()
        assert user.has_usable_password()

    def test_account_of_another_spelling_is_another_account(self, article):
        old = get_user_model().objects.create_user("old", "Anna@example.org", "secret")
        window = Window()
        window.register(article, "anna@example.org")
        window.press(link_in(newest_mail()))
        assert window.user_id != str(old.pk)
        old.refresh_from_db()
        assert old.has_usable_password()

    def test_email_edited_in_the_host_proves_nothing(self, article):
        first, second = Window(), Window(browser("198.51.100.9"))
        first.register(article, "berta@example.org")
        first.press(link_in(newest_mail()))
        get_user_model().objects.update(email="anna@example.org")
        second.register(article, "anna@example.org")
        second.press(link_in(newest_mail()))
        assert second.user_id not in (None, first.user_id)

    @pytest.mark.parametrize("how", ["is_staff", "is_superuser", "group"])
    def test_staff(self, article, how):
        user = get_user_model().objects.create_user("chief", "anna@example.org", "secret")
        if how == "group":
            group = Group.objects.create(name="Desk")
            from django.contrib.contenttypes.models import ContentType

            kind, _ = ContentType.objects.get_or_create(app_label="wagtailadmin", model="admin")
            permission, _ = Permission.objects.get_or_create(
                content_type=kind, codename="access_admin", defaults={"name": "x"}
            )
            group.permissions.add(permission)
            user.groups.add(group)
        else:
            setattr(user, how, True)
            user.save()
        window = Window()
        window.register(article)
        message = newest_mail()
        assert window.client.get(link_in(message)).status_code == 200
        answer = window.press(link_in(message))
        assert answer.status_code == 410
        assert "/admin/login/" in answer.content.decode()
        assert window.user_id is None
        user.refresh_from_db()
        assert user.has_usable_password()
        assert ReaderProfile.objects.count() == 0

    def test_staff_by_code(self, article):
        get_user_model().objects.create_user("chief", "anna@example.org", "secret", is_staff=True)
        window = Window()
        window.register(article)
        assert window.code(code_in(newest_mail())).status_code == 410
        assert window.user_id is None

    def test_reader_who_became_staff(self, article):
        window, later = Window(), Window(browser("198.51.100.9"))
        window.register(article)
        window.press(link_in(newest_mail()))
        get_user_model().objects.update(is_staff=True)
        later.ask_for_link()
        assert later.press(link_in(newest_mail())).status_code == 410

    def test_disabled(self, article):
        get_user_model().objects.create_user("gone", "anna@example.org", "secret", is_active=False)
        window = Window()
        window.register(article)
        answer = window.press(link_in(newest_mail()))
        assert answer.status_code == 403
        assert "has been closed" in answer.content.decode()
        assert "mailto:" in answer.content.decode()
        assert window.user_id is None

    def test_disabled_reader(self, article):
        window, later = Window(), Window(browser("198.51.100.9"))
        window.register(article)
        window.press(link_in(newest_mail()))
        get_user_model().objects.update(is_active=False)
        later.ask_for_link()
        assert later.press(link_in(newest_mail())).status_code == 403

    def test_reader_gone_and_back(self, article):
        window, later = Window(), Window(browser("198.51.100.9"))
        window.register(article)
        window.press(link_in(newest_mail()))
        get_user_model().objects.all().delete()
        assert Address.objects.count() == 1
        later.ask_for_link()
        assert later.press(link_in(newest_mail())).status_code == 303
        assert ReaderProfile.objects.count() == 1


class TestAccountPage:
    def test_visitor_is_sent_to_log_in_and_back(self, site):
        answer = Window().client.get("/wpr/account/")
        assert (answer.status_code, answer["Location"]) == (303, "/wpr/log-in/?next=%2Fwpr%2Faccount%2F")

    def test_shows_address_meter_and_reads(self, article, other_article):
        window = Window()
        window.register(article)
        window.press(link_in(newest_mail()))
        assert window.reads(other_article)
        answer = window.client.get("/wpr/account/")
        text = answer.content.decode()
        assert answer["Cache-Control"] == "private, no-store"
        assert "anna@example.org" in text
        assert "You have read 1 of 3 free articles in this period." in text
        assert text.index('href="/lakes/"') < text.index('href="/rivers/"')

    def test_shows_the_plan(self, article):
        from wagtail_wpr.access.models import Entitlement

        window = Window()
        window.register(article)
        window.press(link_in(newest_mail()))
        Entitlement.objects.create(user=get_user_model().objects.get(), name="all_access")
        text = window.client.get("/wpr/account/").content.decode()
        assert "All-Access" in text
        assert "free articles" not in text

    def test_article_that_went_offline_is_left_out(self, article, other_article):
        window = Window()
        window.register(article)
        window.press(link_in(newest_mail()))
        article.unpublish()
        assert "/rivers/" not in window.client.get("/wpr/account/").content.decode()
