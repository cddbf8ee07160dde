"""What readers type: an address, a code."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_wpr.readers.addresses import AddressProblem, parse_address
from wagtail_wpr.readers.sign_ins import CODE_DIGITS, digits_of


class AddressForm(forms.Form):
    """One visible field. ``cleaned_data["email"]`` is the exact form of the address."""

    # Not an EmailField: what an address is gets decided in one place, with our own sentences.
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        error_messages={
            "required": _("Please type your e-mail address."),
            "max_length": _("This is longer than an e-mail address can be. Please check it."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_email(self) -> str:
        try:
            return parse_address(self.cleaned_data["email"])
        except AddressProblem as problem:
            raise forms.ValidationError(problem.args[0], code="invalid") from problem


class CodeForm(forms.Form):
    """The six digits of the mail, however they were pasted. ``cleaned_data["code"]`` holds digits only."""

    code = forms.CharField(
        label=_("Six-digit code"),
        max_length=40,
        error_messages={"required": _("Please type the six digits from the mail.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "40"}),
    )

    def clean_code(self) -> str:
        digits = digits_of(self.cleaned_data["code"])
        if len(digits) != CODE_DIGITS:
            raise forms.ValidationError(
                _("The code has six digits. You find it in the mail's subject."), code="invalid"
            )
        return digits
