"""An e-mail backend that keeps every message for ``/outbox/`` instead of sending it."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import Message as MimeMessage

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from example_project.demo.models import Message


class OutboxBackend(BaseEmailBackend):
    """Stores messages in the database, as they would have gone over the wire."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store the messages and return how many there were."""
        for email in email_messages:
            mime = email.message()
            Message.objects.create(
                to=", ".join(email.recipients()),
                sender=email.from_email,
                subject=str(email.subject),
                headers={name: str(value) for name, value in mime.items()},
                text=_part(mime, "text/plain"),
                html=_part(mime, "text/html"),
            )
        return len(email_messages)


def _part(mime: MimeMessage, content_type: str) -> str:
    """Return the first part of that type as text, ``""`` where there is none."""
    for part in mime.walk():
        if part.get_content_type() == content_type and not part.get_filename():
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return payload.decode(part.get_content_charset() or "utf-8", "replace")
    return ""
