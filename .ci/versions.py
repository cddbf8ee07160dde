"""Fails unless the environment has the versions that its row is about: ``versions.py django==5.2 wagtail>=8.0``.

``==`` names a series, ``>=`` the least; ``python`` is the interpreter itself.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import version


def number(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2])


def main(arguments: list[str]) -> int:
    status = 0
    for argument in arguments:
        name, sign, wanted = re.fullmatch(r"(\w+)(==|>=)([\d.]+)", argument).groups()
        have = "{}.{}".format(*sys.version_info) if name == "python" else version(name)
        print(f"{name} {have}")
        if number(have) != number(wanted) if sign == "==" else number(have) < number(wanted):
            print(f"{name} is {have} here, and this row is about {sign}{wanted}.")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
