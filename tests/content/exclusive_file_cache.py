from __future__ import annotations

import os
import tempfile
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache


class ExclusiveFileCache(FileBasedCache):
    """Django's file cache with an ``add`` that only one of many processes wins, as a cache server's is."""

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        self.has_key(key, version)  # takes an expired entry away
        self._createdir()
        descriptor, unfinished = tempfile.mkstemp(dir=self._dir)
        with open(descriptor, "wb") as file:
            self._write_content(file, timeout, value)
        try:
            os.link(unfinished, self._key_to_file(key, version))
        except FileExistsError:
            return False
        finally:
            os.unlink(unfinished)
        return True
