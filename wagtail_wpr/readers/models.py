"""Addresses, readers, sign-in challenges and the counters behind their limits."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


__all__ = ["Address", "LimitCounter", "ReaderProfile", "SignIn"]


class Address(models.Model):
    """An e-mail address somebody gave: who owns it is known only once ``proved_at`` is set.

    Rows are found by ``key``, a digest of ``exact``: some databases compare text without regard to case or
    accents, and two addresses that only look alike must never be one identity.
    """

    key = models.CharField(max_length=64, unique=True, editable=False)
    exact = models.CharField(_("address"), max_length=254)
    canonical = models.CharField(
        _("canonical form"),
        max_length=254,
        db_index=True,
        help_text=_("Without tags and dots that a provider ignores. Limits look at it, signing in never does."),
    )
    created_at = models.DateTimeField(_("first given"), default=timezone.now)
    proved_at = models.DateTimeField(_("proved"), null=True, blank=True)
    suppressed = models.BooleanField(
        _("suppressed"), default=False, help_text=_("No mail of any kind is sent to a suppressed address.")
    )

    class Meta:
        app_label = "wagtail_wpr"
        verbose_name = _("address")
        verbose_name_plural = _("addresses")

    def __str__(self) -> str:
        return self.exact

    @property
    def is_proved(self) -> bool:
        """Whether its owner has opened a mail of ours and acted on it."""
        return self.proved_at is not None


class ReaderProfile(models.Model):
    """What makes a Django user a reader: a proved address and the evidence of consent."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="wpr_profile", verbose_name=_("user")
    )
    address = models.OneToOneField(Address, on_delete=models.PROTECT, related_name="profile", verbose_name=_("address"))
    created_at = models.DateTimeField(_("registered"), default=timezone.now)
    consent_at = models.DateTimeField(_("consent given"), null=True, blank=True)
    consent_network = models.GenericIPAddressField(_("network address of the consent"), null=True, blank=True)
    consent_text = models.TextField(_("text consented to"), blank=True)
    # No foreign key: a reader outlives the article they came from.
    source_key = models.CharField(_("content they came from"), max_length=64, blank=True)
    source_page_id = models.PositiveBigIntegerField(_("page they came from"), null=True, blank=True)

    class Meta:
        app_label = "wagtail_wpr"
        verbose_name = _("reader")
        verbose_name_plural = _("readers")

    def __str__(self) -> str:
        return str(self.address)


class SignIn(models.Model):
    """One challenge: a link and a six-digit code mailed to an address, good for one sign-in.

    Neither the link's token nor the code is stored. Both come from ``nonce`` and the site's secret key when
    the mail is written, and are compared by digest when they come back; the table alone signs nobody in.
    """

    class Purpose(models.TextChoices):
        REGISTER = "register", _("registration")
        LOG_IN = "log_in", _("log-in")

    address = models.ForeignKey(Address, on_delete=models.CASCADE, related_name="sign_ins", verbose_name=_("address"))
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose.choices)
    nonce = models.CharField(max_length=64, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    code_hash = models.CharField(max_length=64, editable=False)
    browser = models.CharField(_("browser that asked"), max_length=64, db_index=True, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    article_key = models.CharField(_("content"), max_length=64, blank=True)
    article_page_id = models.PositiveBigIntegerField(_("page"), null=True, blank=True)
    site_id = models.PositiveBigIntegerField(_("site"), null=True, blank=True)
    next_path = models.CharField(_("path to go on to"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    mailed_at = models.DateTimeField(_("mail asked for"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("codes tried"), default=0)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    consent_network = models.GenericIPAddressField(_("network address"), null=True, blank=True)
    consent_text = models.TextField(_("text shown"), blank=True)

    class Meta:
        app_label = "wagtail_wpr"
        verbose_name = _("sign-in challenge")
        verbose_name_plural = _("sign-in challenges")
        indexes = [models.Index(fields=["expires_at"], name="wpr_signin_expires")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.address}"

    def is_open(self, *, at: datetime | None = None) -> bool:
        """Whether the link may still be used: neither used nor expired at ``at`` (now if not given)."""
        return self.used_at is None and self.expires_at > (at or timezone.now())


class LimitCounter(models.Model):
    """How often a subject (a network, a browser, an address) did one kind of thing in a window of time."""

    kind = models.CharField(_("kind"), max_length=16)
    subject = models.CharField(pgettext_lazy("of a limit", "subject"), max_length=64)
    window_start = models.DateTimeField(_("start of the window"))
    window_end = models.DateTimeField(_("end of the window"), db_index=True)
    used = models.PositiveIntegerField(_("used"), default=0)

    class Meta:
        app_label = "wagtail_wpr"
        verbose_name = _("limit counter")
        verbose_name_plural = _("limit counters")
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject", "window_start"], name="wpr_limit_counter_unique")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}: {self.used}"
