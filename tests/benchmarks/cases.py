"""What is measured: pages, readers and deliveries. Names only, so that every process may import it."""

from __future__ import annotations

from dataclasses import dataclass


#: The page that the tight budgets are about: 1,200 words, two pictures, a link to a page, region and topics.
REFERENCE = "words-1200"

WORDS = {"words-300": 300, REFERENCE: 1200, "words-6000": 6000}
RICH = "rich"
PARTS = {f"parts-{number}": number for number in range(1, 6)}
LIST, RIVER = "list", "river"

#: Articles, each of which a reader can read.
ARTICLES = (*WORDS, RICH, *PARTS)
PAGES = (*ARTICLES, LIST, RIVER)

VISITOR, REREAD, FIRST, SUBSCRIBER, USED_UP = "visitor", "re-read", "first read", "subscriber", "used up"
READERS = (VISITOR, REREAD, FIRST, SUBSCRIBER, USED_UP)

INLINE, FETCH = "inline", "fetch"

#: What is behind the wall of every article, and what every wall holds.
BODY_WORD = "zanzibarine"
WALL = "data-wpr-wall"


@dataclass(frozen=True)
class Case:
    """One page asked for by one kind of reader."""

    page: str
    reader: str
    delivery: str = INLINE

    def __str__(self) -> str:
        return f"{self.page}, {self.reader}" + (f", {self.delivery}" if self.delivery != INLINE else "")

    @property
    def path(self) -> str:
        return f"/{self.page}/"

    @property
    def shows_body(self) -> bool:
        """Whether the answer holds the body. A river shows no metered body: it costs a read, and only a page
        of its own may spend one."""
        if self.page == LIST or self.delivery == FETCH:
            return False
        if self.page == RIVER:
            return self.reader == SUBSCRIBER
        return self.reader in (REREAD, FIRST, SUBSCRIBER)


def cases(delivery: str = INLINE) -> list[Case]:
    """Every page and reader once. In lists nothing is read, so a visitor and a signed-in reader are enough."""
    pages = [Case(page, reader, delivery) for page in ARTICLES for reader in READERS]
    lists = [Case(page, reader, delivery) for page in (LIST, RIVER) for reader in (VISITOR, SUBSCRIBER, USED_UP)]
    return [*pages, *lists]
