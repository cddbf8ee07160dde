"""The addresses of the site under attack: what hosts usually have around their pages, written as they write it."""

from __future__ import annotations

from typing import Any

from django.conf.urls.i18n import i18n_patterns
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import Context, RequestContext, Template
from django.urls import include, path
from django.utils.feedgenerator import Atom1Feed
from wagtail import urls as wagtail_urls
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.models import Page

from tests.testapp.models import ArticleLikePage
from tests.urls import urlpatterns as of_the_tests


LIST = (
    "{% load wagtailcore_tags %}{% for page in pages %}<h2><a href='{{ page.url }}'>{{ page.title }}</a></h2>"
    "{{ page.body }}{% include_block page.body %}{% for block in page.body %}{{ block }}{% endfor %}{% endfor %}"
)


class Articles(Feed):
    """A feed whose host puts the whole of what a page says into it."""

    title = description = "Articles"
    link = "/"

    def items(self) -> Any:
        return ArticleLikePage.objects.live().exclude(slug__startswith="race").order_by("-pk")

    def item_title(self, item: Any) -> str:
        return str(item.title)

    def item_description(self, item: Any) -> str:
        return str(item.body)

    def item_link(self, item: Any) -> str:
        return str(item.full_url)


class AtomArticles(Articles):
    feed_type = Atom1Feed
    subtitle = "Articles"


def json_feed(request: HttpRequest) -> HttpResponse:
    """JSON Feed 1.1, made by hand, as most are."""
    feed = Articles()
    items = [
        {"id": str(page.pk), "url": page.full_url, "title": page.title, "content_html": str(page.body)}
        for page in feed.items()
    ]
    return JsonResponse({"version": "https://jsonfeed.org/version/1.1", "title": "Articles", "items": items})


def listing(request: HttpRequest) -> HttpResponse:
    """Everything on one page, in each way a template can say it."""
    pages = ArticleLikePage.objects.live().exclude(slug__startswith="race").order_by("path")
    return HttpResponse(Template(LIST).render(Context({"pages": pages, "request": request})))


def search(request: HttpRequest) -> HttpResponse:
    """The search of Wagtail's own project template; ``?autocomplete=1`` completes what was typed."""
    query = request.GET.get("q") or request.GET.get("query") or ""
    found = Page.objects.live()
    results = found.autocomplete(query) if "autocomplete" in request.path else found.search(query)
    pages = [page.specific for page in results[:20]] if query else []
    if request.GET.get("format") == "json":
        return JsonResponse({"results": [{"id": page.pk, "title": page.title} for page in pages]})
    template = Template(f"<p class='count'>{{{{ pages|length }}}}</p>{LIST}")
    return HttpResponse(template.render(Context({"pages": pages, "request": request})))


FRAGMENTS = {
    "cache": "{% load cache wagtailcore_tags %}{% cache 300 text page.pk %}{% include_block page.body %}{% endcache %}",
    "wagtailcache": "{% load wagtail_cache wagtailcore_tags %}{% wagtailcache 300 text page.pk %}"
    "{% include_block page.body %}{% endwagtailcache %}",
    "wagtailpagecache": "{% load wagtail_cache wagtailcore_tags %}{% wagtailpagecache 300 text %}"
    "{% include_block page.body %}{% endwagtailpagecache %}",
}


def fragment(request: HttpRequest, kind: str, page_id: int) -> HttpResponse:
    """A page of the host's own view, its text in a fragment cache."""
    page = ArticleLikePage.objects.get(pk=page_id)
    return HttpResponse(Template(FRAGMENTS[kind]).render(RequestContext(request, {"page": page})))


urlpatterns = [
    path("fragment/<str:kind>/<int:page_id>/", fragment),
    path("feed/", Articles()),
    path("feed/atom/", AtomArticles()),
    path("feed.json", json_feed),
    path("list/", listing),
    path("search/", search),
    path("search/autocomplete/", search),
    path("sitemap.xml", sitemap),
    *[pattern for pattern in of_the_tests if str(pattern.pattern)],
    *i18n_patterns(path("", include(wagtail_urls)), prefix_default_language=False),
]
