"""Signals that hosts may listen to.

Each is sent with keyword arguments only. ``sender`` is the class that did the work.

``wall_shown``
    A wall was put into an answer: ``request``, ``page``, ``decision``.
``unlocked``
    A visitor left an address and may read one article at once: ``request``, ``page``.
``registered``
    A reader proved an address for the first time: ``request``, ``reader`` (the user), ``profile``.
``read_spent``
    A counted read was written down: ``reader`` (an ``access.Reader``), ``page``, ``decision``.
"""

from __future__ import annotations

from django.dispatch import Signal


wall_shown = Signal()
unlocked = Signal()
registered = Signal()
read_spent = Signal()
