from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from tests.catalogue.publication import Publication
from wagtail_wpr.pages.models import ArticlePage, ReportPage, SectionPage


@pytest.fixture
def editor(client: Any, publication: Publication) -> Any:
    user = get_user_model().objects.create_superuser("editor", "editor@example.org", "secret")
    client.force_login(user)
    return client


@pytest.mark.django_db
class TestEditViews:
    def test_an_article_opens_with_all_its_panels(self, editor: Any, publication: Publication) -> None:
        page = publication.article(
            regions=[publication.austria], topics=[publication.rivers], contributors=[publication.ada]
        )
        answer = editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
        shown = answer.content.decode()
        assert answer.status_code == 200
        for name in (
            "standfirst",
            "format",
            "lead_image",
            "wpr_regions",
            "wpr_topics",
            "wpr_contributors",
            "wpr_access",
        ):
            assert f'name="{name}' in shown, name
        assert "canaryword" in shown

    def test_a_report_and_a_section_open(self, editor: Any, publication: Publication) -> None:
        report = publication.report()
        assert editor.get(reverse("wagtailadmin_pages:edit", args=[report.pk])).status_code == 200
        assert editor.get(reverse("wagtailadmin_pages:edit", args=[publication.world.pk])).status_code == 200

    @pytest.mark.parametrize("model", ["articlepage", "reportpage", "sectionpage"])
    def test_new_pages_open(self, editor: Any, publication: Publication, model: str) -> None:
        address = reverse("wagtailadmin_pages:add", args=["wagtail_wpr_pages", model, publication.world.pk])
        assert editor.get(address).status_code == 200

    def test_articles_have_no_children_and_sections_have_all(self) -> None:
        assert ArticlePage.allowed_subpage_models() == []
        assert ReportPage.allowed_subpage_models() == []
        assert {ArticlePage, ReportPage, SectionPage} <= set(SectionPage.allowed_subpage_models())
