"""Dates as the publication writes them in English."""

from __future__ import annotations


DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j M Y"
