"""The browser that asks: its id, and the one article it may open before anybody opened the mail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from wagtail_wpr import signals
from wagtail_wpr.access import Content, grants
from wagtail_wpr.readers.articles import Article
from wagtail_wpr.readers.limits import (
    article_subject,
    network_subject,
    unlocks_of_a_browser,
    unlocks_of_a_network,
    unlocks_of_an_article,
)
from wagtail_wpr.readers.models import SignIn


def known_id(request: HttpRequest) -> str:
    """Return the id that this browser showed us, signed, or an empty string."""
    browser = grants.browser_of(request)
    return browser.id if browser else ""


def remember(request: HttpRequest, response: HttpResponse) -> str:
    """Return the browser's id, given to it with this answer if it has none."""
    browser = grants.ensure_browser(request, response)
    morsel = response.cookies.get(grants.BROWSER_COOKIE)
    if morsel is not None:
        # From here on the request reads as the browser's next one will: whoever asks gets this very id.
        request.COOKIES[grants.BROWSER_COOKIE] = morsel.value
    return browser


def unlock(request: HttpRequest, response: HttpResponse, article: Article, browser: str) -> bool:
    """Open this one article in this browser where that is allowed, and return whether it did.

    The cookie says that a browser has had its unlock, and a row says so too: a cookie kept from before can
    be shown again, a row cannot be unwritten.
    """
    if Content.of(article.page).access not in grants.UNLOCKABLE:
        return False
    if article.key in grants.grants_of(request):
        return True
    if not grants.may_unlock(request, article.page):
        return False
    if not _take_unlock(request, browser, article_subject(browser, article.key)):
        grants.set_pending(request, response, browser)
        return False
    grants.give_grant(request, response, article.page)
    signals.unlocked.send_robust(sender=SignIn, request=request, page=article.page)
    return True


def _take_unlock(request: HttpRequest, browser: str, subject: str) -> bool:
    """Use up the browser's one unlock, or find that it was used for this very article a moment ago.

    A double click posts twice and keeps the second answer alone: the cookies of the first never arrive.
    """
    if not unlocks_of_a_browser().take(browser):
        return unlocks_of_an_article().is_full(subject)
    return unlocks_of_a_network().take(network_subject(request)) and unlocks_of_an_article().take(subject)


def confirm(browser: str, response: HttpResponse) -> None:
    """The mail was opened: take the unlock's traces away."""
    unlocks_of_a_browser().forget(browser)
    if browser:
        unlocks_of_an_article().forget_all(article_subject(browser, ""))
    grants.clear(response)
