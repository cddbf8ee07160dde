"""Mail that was sent, and what was seeded."""

from __future__ import annotations

from django.db import models


class Message(models.Model):
    """One e-mail as it would have left the house."""

    created = models.DateTimeField(auto_now_add=True)
    to = models.TextField()
    sender = models.TextField()
    subject = models.TextField()
    headers = models.JSONField(default=dict)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.subject

    def as_data(self) -> dict[str, object]:
        """Return what ``/outbox/messages.json`` shows of the message."""
        return {
            "id": self.pk,
            "date": self.created.isoformat(),
            "to": self.to,
            "from": self.sender,
            "subject": self.subject,
            "headers": self.headers,
            "text": self.text,
            "html": self.html,
        }


class Seeded(models.Model):
    """Which content the database was filled with."""

    version = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.version


class SeededPicture(models.Model):
    """A picture that was drawn, by the key that it was drawn from; so that none is drawn twice."""

    key = models.CharField(max_length=200, unique=True)
    image = models.ForeignKey("wagtailimages.Image", on_delete=models.CASCADE, related_name="+")

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return self.key
