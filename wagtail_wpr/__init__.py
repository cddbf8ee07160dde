"""Metered articles, registration walls and subscriptions for Wagtail publications."""

__version__ = "0.1.0"
