"""What people do at the site's forms."""

from __future__ import annotations

import re
from typing import Any

from django.core import mail

from tests.leaks.site import ControlFailed, Site
from tests.leaks.wire import Answer, Browser


def ask_for_mail(browser: Browser, email: str, **more: str) -> Answer:
    return browser.post("/wpr/log-in/", {"email": email, **more})


def newest_code(email: str) -> str:
    """Return the six digits of the newest mail to an address."""
    return re.search(r"^(\d{6})$", _newest(email).body, re.MULTILINE)[1]


def newest_link(email: str) -> str:
    """Return the path of the link in the newest mail to an address."""
    return re.search(r"https?://[^/\s]+(/\S+)", _newest(email).body)[1]


def _newest(email: str) -> Any:
    sent = [message for message in mail.outbox if message.to == [email]]
    if not sent:
        raise ControlFailed(f"No mail was sent to {email}.")
    return sent[-1]


def sign_in(site: Site, browser: Browser, email: str, **more: str) -> Answer:
    """Ask for the mail, open it and type the code; return the answer to the code."""
    ask_for_mail(browser, email, **more)
    answer = browser.post("/wpr/code/", {"code": newest_code(email)})
    if answer.status != 303 or "sessionid" not in browser.cookies:
        raise ControlFailed(f"Signing in was answered with {answer.status}.")
    return answer


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"
