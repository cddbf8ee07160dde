"""What the door says when code comes the wrong way."""

from __future__ import annotations


class LockedValueError(TypeError):
    """A locked stream was asked for its body, or what came out of one was about to be saved.

    Templates that meet it print nothing instead of breaking the page.
    """

    silent_variable_failure = True
