"""The pages and posts of readers."""

from __future__ import annotations

from wagtail_wpr.readers.views.account import account, log_out
from wagtail_wpr.readers.views.asking import log_in, register, resend
from wagtail_wpr.readers.views.proving import enter_code, sign_in


__all__ = ["account", "enter_code", "log_in", "log_out", "register", "resend", "sign_in"]
