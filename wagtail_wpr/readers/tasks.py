"""Work that the answer to a reader does not wait for."""

from __future__ import annotations

import logging

from django.utils import translation
from django_tasks import task

from wagtail_wpr.readers.articles import live_article
from wagtail_wpr.readers.mail import build_mail, link_path, mail_context
from wagtail_wpr.readers.models import SignIn


logger = logging.getLogger(__name__)


@task()
def send_sign_in_mail(sign_in_id: int, base_url: str, site_name: str) -> None:
    """Write and send the mail of a challenge.

    The task is given the row's id alone: a queue that keeps its tasks in a table holds no link and no code.
    """
    sign_in = SignIn.objects.select_related("address").filter(pk=sign_in_id).first()
    if sign_in is None or not sign_in.is_open() or sign_in.address.suppressed:
        logger.info("Sign-in mail %s is not sent: the challenge is over or its address suppressed.", sign_in_id)
        return
    article = live_article(sign_in.article_page_id)
    with translation.override(sign_in.language or None):
        context = mail_context(
            sign_in,
            base_url=base_url,
            site_name=site_name,
            path=link_path(sign_in),
            title=article.page.title if article else "",
        )
        build_mail(context).send()
