"""Load from another process, and the comparison of two servers under it."""

from __future__ import annotations

import math
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.servers import Server


SCRIPT = Path(__file__).with_name("load.lua")
CONNECTIONS = 4
#: So often a round is tried, each time a little longer.
TRIES = 4
#: A round is long enough for so many answers one after the other, but not longer than so many seconds.
ANSWERS, LONGEST = 12, 6.0


def why_not() -> str:
    """Return why this machine cannot make load, or ``""``."""
    return "" if shutil.which("wrk") else "wrk is not installed (Debian and Ubuntu: apt-get install wrk)"


class NothingAnswered(Exception):
    """A round in which no answer came back."""


@dataclass(frozen=True)
class Visit:
    """What is asked for again and again. Of several sessions each request takes the next."""

    path: str
    sessions: Sequence[str] = ()
    body: str = ""


@dataclass(frozen=True)
class Round:
    """One round of load: requests a second, and processor milliseconds of the server for each."""

    requests: int
    rate: float
    cpu: float


@dataclass
class Measured:
    """The rounds of one server."""

    rounds: list[Round] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return sum(one.requests for one in self.rounds)

    @property
    def rate(self) -> float:
        """The median of requests a second."""
        return statistics.median(one.rate for one in self.rounds)

    @property
    def cpu(self) -> float:
        """The median of processor milliseconds a request."""
        return statistics.median(one.cpu for one in self.rounds)

    @property
    def spread(self) -> str:
        """The slowest and the fastest round."""
        rates = [one.rate for one in self.rounds]
        return f"{min(rates):.0f}-{max(rates):.0f}"


class Loader:
    """Runs wrk; remembers which sessions were used, so that a first read is one in every round."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder, self.seconds = folder, seconds
        self.used: dict[tuple[str, str], int] = {}

    def round(self, server: Server, visit: Visit, *, seconds: float = 0) -> Round:
        """Make load on a server for some seconds, and again where a busy machine answered nothing in them.

        :raises SystemExit: where an answer was no success, or the sessions were used up.
        """
        for longer in range(1, TRIES):
            try:
                return self._round(server, visit, (seconds or self.seconds) * longer)
            except NothingAnswered:
                continue
        return self._round(server, visit, (seconds or self.seconds) * TRIES)

    def _round(self, server: Server, visit: Visit, seconds: float) -> Round:
        sessions = self.folder / "sessions"
        sessions.write_text("".join(f"{key}\n" for key in visit.sessions))
        key = (server.name, visit.path)
        start = self.used.get(key, 0)
        command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{math.ceil(seconds)}s"]
        command += ["--timeout", "20s", "--script", str(SCRIPT), f"{server.address}{visit.path}", "--"]
        command += [str(sessions), str(start), *self._body(visit)]
        before = server.cpu_seconds()
        said = subprocess.run(command, text=True, capture_output=True, check=True, timeout=seconds + 60).stdout
        cpu = server.cpu_seconds() - before
        result = next(line for line in said.splitlines() if line.startswith("result ")).split()
        requests, duration, bad, lost = (int(number) for number in result[1:])
        if not requests and not bad:
            raise NothingAnswered(f"{server.name} answered no request for {visit.path} in {seconds:.0f} s.")
        if bad or lost:
            raise SystemExit(f"{server.name} answered {bad} of {requests} requests for {visit.path} with an error.")
        # What was under way when time was up is counted as used, too.
        self.used[key] = start + requests + CONNECTIONS
        if len(visit.sessions) > 1 and self.used[key] > len(visit.sessions):
            raise SystemExit(f"There were only {len(visit.sessions)} readers for {visit.path}; seed more of them.")
        return Round(requests=requests, rate=requests / duration * 1e6, cpu=cpu / requests * 1000)

    def _body(self, visit: Visit) -> list[str]:
        if not visit.body:
            return []
        file = self.folder / "body"
        file.write_text(visit.body)
        return [str(file)]

    def compare(
        self, first: tuple[Server, Visit], second: tuple[Server, Visit], rounds: int
    ) -> tuple[Measured, Measured]:
        """Measure two in turns, ABBA, so that what disturbs the machine disturbs both."""
        measured = (Measured(), Measured())
        seconds = max(self.seconds, min(LONGEST, ANSWERS * max(_seconds_of(*first), _seconds_of(*second))))
        for number in range(rounds):
            order = (0, 1) if number % 2 == 0 else (1, 0)
            for place in order:
                server, visit = (first, second)[place]
                measured[place].rounds.append(self.round(server, visit, seconds=seconds))
                # What was under way when time was up is done before it is the other's turn.
                server.get("/")
        return measured


def _seconds_of(server: Server, visit: Visit) -> float:
    """Return what one request takes; of a first read that of a visitor."""
    session = visit.sessions[0] if len(visit.sessions) == 1 else ""
    begun = time.monotonic()
    if not visit.body:
        server.get(visit.path, f"sessionid={session}" if session else "")
    return time.monotonic() - begun
