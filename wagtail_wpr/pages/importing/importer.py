"""Goes through a file: reads lines, sorts out what is new and what changed, writes it a batch at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug, validate_unicode_slug
from django.db import transaction
from django.utils import timezone
from wagtail.signals import page_published

from wagtail_wpr.access import AccessLevel
from wagtail_wpr.pages.importing import redirects
from wagtail_wpr.pages.importing.history import Imported, imported
from wagtail_wpr.pages.importing.lines import BadLine, Line, Vocabulary, parse_line, raw_lines
from wagtail_wpr.pages.importing.pictures import check_picture
from wagtail_wpr.pages.importing.places import Places
from wagtail_wpr.pages.importing.report import Report
from wagtail_wpr.pages.importing.revising import revise_page
from wagtail_wpr.pages.importing.stories import Story, read_story
from wagtail_wpr.pages.importing.taxonomy import Terms
from wagtail_wpr.pages.importing.writer import Written, create_pages
from wagtail_wpr.pages.models import ArticlePage


logger = logging.getLogger(__name__)

#: Lines written in one transaction. What is killed loses at most these.
BATCH = 50


class Importer:
    """One run over one file. ``say_bad`` is called with each bad line, ``advance`` after each batch."""

    def __init__(
        self,
        path: Path,
        *,
        places: Places,
        strict: bool = False,
        dry_run: bool = False,
        say_bad: Callable[[str], None] = lambda text: None,
        advance: Callable[[int], None] = lambda lines: None,
    ) -> None:
        self.path = path
        self.report = Report(file=str(path), dry_run=dry_run)
        self._places = places
        self._strict = strict
        self._say_bad = say_bad
        self._advance = advance
        self._terms = Terms()
        self._vocabulary = vocabulary(places)
        self._first_lines: dict[str, int] = {}

    def run(self) -> Report:
        """Import the file and return what became of it. Only a broken database ends it early."""
        started = time.monotonic()
        with self.path.open("rb") as file:
            for batch in _batches(raw_lines(file), BATCH):
                self._import(batch)
                self._advance(len(batch))
        self.report.seconds = time.monotonic() - started
        return self.report

    # --- one batch

    def _import(self, batch: list[tuple[int, bytes]]) -> None:
        lines = list(self._good_lines(batch))
        before = imported(line.source_id for line in lines)
        new: list[Story] = []
        changed: list[tuple[Story, Imported]] = []
        for line in lines:
            there = before.get(line.source_id)
            if there is not None and there.digest == line.digest:
                self.report.unchanged += 1
                continue
            story = self._story(line, there)
            if story is None:
                continue
            if there is None:
                new.append(story)
            else:
                changed.append((story, there))
        if self.report.dry_run:
            self._foretell(new, changed)
            return
        self._create(new)
        for story, there in changed:
            self._revise(story, there)

    def _good_lines(self, batch: Iterable[tuple[int, bytes]]) -> Iterator[Line]:
        for number, raw in batch:
            try:
                line = parse_line(raw, number, vocabulary=self._vocabulary, folder=self.path.parent)
                first = self._first_lines.setdefault(line.source_id, number)
                if first != number:
                    raise BadLine(f"source_id: “{line.source_id}” stands in line {first} already.")
            except BadLine as error:
                self._bad(number, str(error))
            else:
                self.report.unknown_keys.update(line.unknown_keys)
                yield line

    def _story(self, line: Line, there: Imported | None) -> Story | None:
        try:
            if there is not None and there.kind != line.kind:
                raise BadLine(f"kind: the page with this source_id is a {there.kind}; it cannot become a {line.kind}.")
            if self._strict:
                self._refuse_unknown_terms(line)
            if line.picture is not None:
                check_picture(line.picture)
            for address in line.old_addresses:
                redirects.old_path(address)
            story = read_story(line)
        except BadLine as error:
            self._bad(line.number, str(error))
            return None
        except RecursionError:
            self._bad(line.number, "body: the HTML is nested too deep.")
            return None
        self.report.dropped.update(story.dropped)
        for note in story.notes:
            self.report.note(line.number, note)
        return story

    def _refuse_unknown_terms(self, line: Line) -> None:
        unknown = self._terms.unknown(line, self._places.locale(line.language))
        if unknown:
            named = ", ".join(f"{vocable.word} “{name}”" for vocable, name in unknown)
            raise BadLine(f"{unknown[0][0].word}s: the site does not have the {named} (--strict).")

    # --- writing

    def _create(self, stories: list[Story]) -> None:
        """Create pages in one transaction; where that fails, one by one, and only the culprit is left out."""
        if not stories:
            return
        try:
            self._create_together(stories)
        except Exception as error:
            self._terms.read()
            if len(stories) == 1:
                self._failed(stories[0].line, error)
                return
            for story in stories:
                self._create([story])

    def _create_together(self, stories: list[Story]) -> None:
        new_terms = self._unknown_terms(stories)
        with transaction.atomic():
            written = create_pages(stories, places=self._places, terms=self._terms, file=self.path.name)
        self._count_created(stories, new_terms)
        for one in written:
            for note in one.notes:
                self.report.note(one.story.line.number, note)
        _announce(written)

    def _revise(self, story: Story, there: Imported) -> None:
        new_terms = self._unknown_terms([story])
        try:
            with transaction.atomic():
                notes = revise_page(story, there, terms=self._terms, file=self.path.name)
        except Exception as error:
            self._terms.read()
            self._failed(story.line, error)
            return
        self.report.changed += 1
        self._note_terms(new_terms)
        for note in notes:
            self.report.note(story.line.number, note)

    def _failed(self, line: Line, error: Exception) -> None:
        if not isinstance(error, BadLine):
            logger.exception("Line %s of %s could not be written.", line.number, self.path)
        said = " ".join(error.messages) if isinstance(error, ValidationError) else str(error) or type(error).__name__
        self._bad(line.number, said if isinstance(error, BadLine) else f"The page could not be written: {said}")

    # --- counting

    def _bad(self, number: int, sentence: str) -> None:
        self._say_bad(self.report.bad(number, sentence))

    def _foretell(self, new: list[Story], changed: list[tuple[Story, Imported]]) -> None:
        stories = [*new, *(story for story, _there in changed)]
        self._count_created(new, self._unknown_terms(stories))
        self.report.changed += len(changed)

    def _count_created(self, stories: list[Story], new_terms: list[tuple[str, str]]) -> None:
        now = timezone.now()
        self.report.created += len(stories)
        self.report.scheduled += sum(story.line.published > now for story in stories)
        self._note_terms(new_terms)

    def _unknown_terms(self, stories: Iterable[Story]) -> list[tuple[str, str]]:
        return [
            (vocable.word, name)
            for story in stories
            for vocable, name in self._terms.unknown(story.line, self._places.locale(story.line.language))
        ]

    def _note_terms(self, terms: Iterable[tuple[str, str]]) -> None:
        for word, name in terms:
            self.report.term(word, name)


def vocabulary(places: Places) -> Vocabulary:
    """Return the values this site knows."""
    return Vocabulary(
        formats=[value for value, _label in ArticlePage._meta.get_field("format").flatchoices],
        accesses=AccessLevel.values,
        languages=places.languages,
        redirects=redirects.are_installed(),
        is_slug=_is_slug,
    )


def _is_slug(text: str) -> bool:
    validate = validate_unicode_slug if getattr(settings, "WAGTAIL_ALLOW_UNICODE_SLUGS", True) else validate_slug
    try:
        validate(text)
    except ValidationError:
        return False
    return True


def _announce(written: Iterable[Written]) -> None:
    """Tell whoever listens that these pages are published; an error of theirs is theirs."""
    for one in written:
        if one.page.live:
            replies = page_published.send_robust(sender=type(one.page), instance=one.page, revision=one.revision)
            for receiver, reply in replies:
                if isinstance(reply, Exception):
                    logger.error("%s failed for the imported page %s.", receiver, one.page.pk, exc_info=reply)


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
