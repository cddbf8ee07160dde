"""The form by which an editor gives a subscription."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm


class ReaderField(forms.CharField):
    """A reader by user name or e-mail address: a list of all readers would be too long to choose from."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value).strip()
        if not text:
            return None
        users = get_user_model()._default_manager
        try:
            return users.get_by_natural_key(text)
        except users.model.DoesNotExist:
            pass
        field = get_user_model().get_email_field_name()
        found = list(users.filter(**{f"{field}__iexact": text})[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(_("Several readers have this address; give the user name."), code="several")
        raise ValidationError(_("There is no reader with this name or address."), code="unknown")

    def prepare_value(self, value: Any) -> Any:
        """Show a stored reader (the form has its id) by user name, and what somebody typed as typed."""
        if isinstance(value, str) or value is None:
            return value
        user = get_user_model()._default_manager.filter(pk=value).first()
        return user.get_username() if user else ""


class SubscriptionForm(WagtailAdminModelForm):
    """Asks for the reader by name or address."""

    user = ReaderField(label=_("Reader"), help_text=_("User name or e-mail address."))
