#!/usr/bin/env python
from __future__ import annotations

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line


if __name__ == "__main__":
    # The package is taken from this repository, installed or not.
    sys.path.append(str(Path(__file__).resolve().parents[3]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    execute_from_command_line(sys.argv)
