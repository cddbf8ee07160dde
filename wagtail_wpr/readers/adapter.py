"""How readers become users of the host: override what differs, and name the class in
``WPR_READER_ADAPTER``.
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from typing import Any

from django.conf import settings as django_settings
from django.contrib import auth
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from wagtail_wpr.conf import settings
from wagtail_wpr.readers.models import Address, ReaderProfile


#: Stands as evidence where the wall signed no promise of its own along with the article.
DEFAULT_CONSENT = _(
    "Leave your e-mail address to read on. We send you a link and a code; when you use one of them, we open "
    "a free account for this address and count the free articles that you read."
)


class ReaderAdapter:
    """Finds, creates and signs in users. Works with Django's user and with models whose user name is the
    e-mail.

    Every method may be overridden. None is called before the address is proved: what an adapter does can
    therefore not tell a stranger whether an account exists.
    """

    def find_user(self, address: Address) -> Any | None:
        """Return the host's account with this exact e-mail, or None.

        Asked only for an address no reader has yet. Accounts that are readers under another address are
        left out: an e-mail column that somebody edited proves nothing. Of several, active ones that are not
        staff come first.
        """
        model = auth.get_user_model()
        rows = model._default_manager.filter(**{model.get_email_field_name(): address.exact})
        # Databases differ in what they call equal, so it is asked again here.
        same = [user for user in rows.order_by("pk")[:20] if self.email_of(user) == address.exact]
        taken = set(ReaderProfile.objects.filter(user__in=same).values_list("user_id", flat=True))
        free = [user for user in same if user.pk not in taken]
        return min(free, key=lambda user: (self.is_staff(user), not user.is_active), default=None)

    def create_user(self, address: Address) -> Any:
        """Create and return the user for a proved address, with a password that nobody can use."""
        user = auth.get_user_model()(**self.user_fields(address))
        user.set_unusable_password()
        user.save()
        return user

    def user_fields(self, address: Address) -> dict[str, Any]:
        """Return the values of a new user's fields; add what the host's model requires."""
        model = auth.get_user_model()
        email_field = model.get_email_field_name()
        fields = {email_field: address.exact}
        if model.USERNAME_FIELD != email_field:
            fields[model.USERNAME_FIELD] = self.new_username(address)
        return fields

    def new_username(self, address: Address) -> str:
        """Return a user name that is unique and gives nothing of the address away."""
        return f"reader-{secrets.token_hex(8)}"

    def take_over(self, user: Any) -> None:
        """Make an account that nobody had proved its new owner's alone: no password, no other session.

        Django ties sessions to the password, so changing it ends them all.
        """
        user.set_unusable_password()
        user.save(update_fields=["password"])

    def is_staff(self, user: Any) -> bool:
        """Return whether the account may do more than read; such accounts are never signed in by link or
        code.
        """
        return bool(
            getattr(user, "is_staff", False)
            or getattr(user, "is_superuser", False)
            or user.has_perm("wagtailadmin.access_admin")
        )

    def may_sign_in(self, user: Any) -> bool:
        """Return whether the account is in use; False leads to the page for disabled accounts."""
        return bool(user.is_active)

    def log_in(self, request: HttpRequest, user: Any) -> None:
        """Sign the user in with a fresh session key."""
        auth.login(request, user, backend=self.backend_of(user))

    def backend_of(self, user: Any) -> str:
        """Return the dotted path of the authentication backend that loads the user on later requests."""
        return str(django_settings.AUTHENTICATION_BACKENDS[0])

    def display_name(self, user: Any) -> str:
        """Return what to call the reader: the full name, or nothing."""
        get_full_name = getattr(user, "get_full_name", None)
        return str(get_full_name() or "").strip() if get_full_name else ""

    def consent_text(self, promise: str) -> str:
        """Return the text that is stored as what a person consented to; ``promise`` is what stood above the
        form.
        """
        return promise or str(DEFAULT_CONSENT)

    def email_of(self, user: Any) -> str:
        """Return the e-mail column of a user."""
        # The model is asked, not the type: ``request.user`` is a lazy wrapper around the user.
        return str(getattr(user, auth.get_user_model().get_email_field_name(), "") or "")


def get_adapter() -> ReaderAdapter:
    """Return the adapter that ``WPR_READER_ADAPTER`` names. Raises ``ImportError`` when there is no such
    class.
    """
    return _adapter_at(settings.reader_adapter)


@lru_cache(maxsize=8)
def _adapter_at(path: str) -> ReaderAdapter:
    return import_string(path)()
