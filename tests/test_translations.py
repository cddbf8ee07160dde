"""The catalogues are whole, and readers see them: on a page in German the wall and what follows is German."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import translation
from django.utils.translation.template import templatize
from wagtail.models import Locale
from wagtail.rich_text import RichText

from tests.factories import home, make_article, make_user
from wagtail_wpr.access import memory
from wagtail_wpr.languages import language_of
from wagtail_wpr.pages.models import ArticlePage
from wagtail_wpr.readers.articles import sign_article


PACKAGE = Path(__file__).resolve().parents[1] / "wagtail_wpr"
LOCALES = PACKAGE / "locale"
LANGUAGES = sorted(path.name for path in LOCALES.iterdir() if path.is_dir())
TRANSLATED = [language for language in LANGUAGES if language != "en"]

#: ``%(name)s`` and ``%s``; ``%%`` is a sign of its own.
PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[-+ #0-9.]*[a-zA-Z%]")

CALLS = {
    "_": ["id"],
    "gettext": ["id"],
    "gettext_lazy": ["id"],
    "gettext_noop": ["id"],
    "ngettext": ["id", "plural"],
    "ngettext_lazy": ["id", "plural"],
    "pgettext": ["context", "id"],
    "pgettext_lazy": ["context", "id"],
    "npgettext": ["context", "id", "plural"],
    "npgettext_lazy": ["context", "id", "plural"],
}


@dataclass
class Entry:
    """One message of a catalogue."""

    id: str = ""
    plural: str = ""
    context: str = ""
    flags: set[str] = field(default_factory=set)
    translations: dict[int, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """As gettext keys it in memory."""
        return f"{self.context}\x04{self.id}" if self.context else self.id


def entries(language: str) -> list[Entry]:
    """The entries of a .po file, the header first."""
    path = LOCALES / language / "LC_MESSAGES" / "django.po"
    return [read_entry(block) for block in re.split(r"\n\s*\n", path.read_text("utf-8").strip())]


def read_entry(block: str) -> Entry:
    entry, last = Entry(), ""
    texts: dict[str, str] = {}
    for line in block.splitlines():
        if line.startswith("#"):
            if line.startswith("#,"):
                entry.flags |= {flag.strip() for flag in line[2:].split(",")}
            continue
        found = re.fullmatch(r'(?:(msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d\])\s+)?(".*")', line)
        assert found, f"This is no line of a catalogue: {line}"
        last = found[1] or last
        texts[last] = texts.get(last, "") + ast.literal_eval(found[2])
    entry.id, entry.plural, entry.context = texts["msgid"], texts.get("msgid_plural", ""), texts.get("msgctxt", "")
    for name, text in texts.items():
        if name.startswith("msgstr"):
            entry.translations[int(name[7:-1] or 0) if "[" in name else 0] = text
    return entry


def compiled(language: str) -> gettext.GNUTranslations:
    with (LOCALES / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def placeholders(text: str) -> list[str]:
    return sorted(found[0] for found in PLACEHOLDER.finditer(text) if found[0] != "%%")


def messages_in(tree: ast.AST) -> Iterator[str]:
    """The keys of the messages that code asks for by name."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        names = CALLS.get(name, [])
        values = [getattr(argument, "value", None) for argument in node.args[: len(names)]]
        if names and len(values) == len(names) and all(isinstance(value, str) for value in values):
            said = dict(zip(names, values, strict=True))
            yield f"{said['context']}\x04{said['id']}" if "context" in said else said["id"]


def messages_of_template(text: str) -> Iterator[str]:
    """Django writes the messages of a template as calls between signs that mean nothing."""
    code = templatize(text)
    for found in re.finditer(r"(?<!\w)(?:_|n?p?gettext)\(", code):
        for end in (match.end() for match in re.finditer(r"\)", code[found.start() :])):
            try:
                tree = ast.parse(code[found.start() : found.start() + end].strip(), mode="eval")
            except SyntaxError:
                continue
            yield from messages_in(tree)
            break


def messages_of_package() -> set[str]:
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if "migrations" not in path.parts:
            found |= set(messages_in(ast.parse(path.read_text("utf-8"))))
    for suffix in ("html", "txt", "mjml"):
        for path in PACKAGE.rglob(f"templates/**/*.{suffix}"):
            found |= set(messages_of_template(path.read_text("utf-8")))
    return found


class TestCatalogues:
    def test_of_the_three_languages(self) -> None:
        assert LANGUAGES == ["ar", "de", "en"]

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_hold_what_the_package_says_and_no_more(self, language: str) -> None:
        held = {entry.key for entry in entries(language)[1:]}
        said = messages_of_package()
        assert (sorted(said - held), sorted(held - said)) == ([], []), "Run `make messages`."

    @pytest.mark.parametrize("language", TRANSLATED)
    def test_nothing_is_missing_or_guessed(self, language: str) -> None:
        bad = [
            entry.id
            for entry in entries(language)
            if "fuzzy" in entry.flags or not all(text.strip() for text in entry.translations.values())
        ]
        assert bad == []

    @pytest.mark.parametrize(("language", "forms"), [("de", 2), ("ar", 6)])
    def test_have_all_the_plural_forms_of_the_language(self, language: str, forms: int) -> None:
        plural = [entry for entry in entries(language) if entry.plural]
        assert len(plural) == 10
        assert {tuple(sorted(entry.translations)) for entry in plural} == {tuple(range(forms))}
        assert f"nplurals={forms};" in entries(language)[0].translations[0]

    @pytest.mark.parametrize("language", TRANSLATED)
    def test_placeholders_are_those_of_the_english(self, language: str) -> None:
        bad = []
        for entry in entries(language)[1:]:
            allowed = set(placeholders(entry.id)) | set(placeholders(entry.plural))
            for form, text in entry.translations.items():
                used = set(placeholders(text))
                # "One minute" needs no number: forms for a single number may leave it out.
                single = bool(entry.plural) and form < 3 and language == "ar"
                if not (used <= allowed and (single or used == allowed)):
                    bad.append((entry.id, form, text))
        # In English too the free article that is the only one is not numbered.
        assert [found for found in bad if found[:2] != ("You have read your free article", 0)] == []

    @pytest.mark.parametrize("language", TRANSLATED)
    def test_markup_and_edges_are_those_of_the_english(self, language: str) -> None:
        def shape(text: str) -> tuple[list[str], bool, bool, bool]:
            return re.findall(r"<[^>]*>", text), text[:1].isspace(), text[-1:].isspace(), "\n" in text

        singular = [entry for entry in entries(language)[1:] if not entry.plural]
        assert [e.id for e in singular if shape(e.id) != shape(e.translations[0])] == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_compiled_ones_are_those_of_the_sources(self, language: str) -> None:
        expected: dict[object, str] = {}
        for entry in entries(language)[1:]:
            for form, text in entry.translations.items():
                if text:
                    expected[(entry.key, form) if entry.plural else entry.key] = text
        held = {key: text for key, text in compiled(language)._catalog.items() if key}  # type: ignore[attr-defined]
        assert held == expected, "Run `make messages`."

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_headers_name_nobody(self, language: str) -> None:
        header = entries(language)[0].translations[0]
        assert "Last-Translator: wagtail-wpr contributors\n" in header
        assert f"Language: {language}\n" in header
        assert "@" not in header


class TestPlurals:
    @pytest.mark.parametrize(
        ("language", "limit", "line"),
        [
            ("de", 1, "Sie haben 1 von 1 freien Artikel gelesen."),
            ("de", 3, "Sie haben 1 von 3 freien Artikeln gelesen."),
            ("ar", 1, "قرأت 1 من أصل مقال مجاني واحد."),
            ("ar", 2, "قرأت 1 من أصل مقالين مجانيين."),
            ("ar", 3, "قرأت 1 من أصل 3 مقالات مجانية."),
            ("ar", 11, "قرأت 1 من أصل 11 مقالًا مجانيًا."),
            ("ar", 100, "قرأت 1 من أصل 100 مقال مجاني."),
        ],
    )
    def test_of_the_meter(self, language: str, limit: int, line: str) -> None:
        with translation.override(language):
            text = translation.ngettext(
                "You have read %(used)s of %(limit)s free article.",
                "You have read %(used)s of %(limit)s free articles.",
                limit,
            )
        assert text % {"used": 1, "limit": limit} == line


@pytest.fixture
def _fresh() -> Iterator[None]:
    cache.clear()
    memory.forget()
    yield
    cache.clear()
    memory.forget()


def locale(code: str) -> Locale:
    return Locale.objects.get_or_create(language_code=code)[0]


def seen(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def poster() -> Client:
    return Client(headers={"sec-fetch-site": "same-origin"})


WALLS = [
    ("en", "metered", "Continue reading"),
    ("de", "metered", "Weiterlesen"),
    ("ar", "metered", "متابعة القراءة"),
    ("de", "subscribers", "Dieser Text ist für Abonnenten"),
    ("ar", "subscribers", "هذا النص للمشتركين"),
]


@pytest.mark.django_db
@pytest.mark.usefixtures("_fresh")
class TestPageOfALanguage:
    """The hosts of these tests have no LocaleMiddleware and no prefix: English is active all the time."""

    @pytest.mark.parametrize(("language", "access", "words"), WALLS)
    def test_has_a_wall_in_it(self, client: Client, language: str, access: str, words: str) -> None:
        page = make_article(locale=locale(language), access=access)
        text = seen(client, page.url)
        assert words in text
        assert ("Your e-mail address" in text) == (language == "en" and access == "metered")

    def test_whatever_language_is_active(self, client: Client) -> None:
        page = make_article(locale=locale("de"), access="metered")
        with translation.override("ar"):
            assert "Kostenlos weiterlesen" in seen(client, page.url)

    def test_has_a_meter_in_it(self, client: Client) -> None:
        page = make_article(locale=locale("de"), access="metered")
        client.force_login(make_user())
        text = seen(client, page.url)
        assert "Sie haben 1 von 3 freien Artikeln gelesen." in text
        assert re.search(r"Die Zählung beginnt am 1\. [A-ZÄ][a-zä]+ von vorn\.", text)

    def test_two_on_one_page_speak_their_own(self) -> None:
        from django.http import HttpResponse
        from django.test import RequestFactory

        from wagtail_wpr.slots.middleware import SlotMiddleware

        pages = [make_article(code, locale=locale(code), access="subscribers") for code in ("de", "ar")]
        request = RequestFactory().get("/")
        request.user = make_user()  # signed in, so that the walls are written anew
        answer = SlotMiddleware(lambda asked: HttpResponse("".join(str(page.body) for page in pages)))(request)
        german, arabic = answer.content.decode().split("</aside>")[:2]
        assert "Dieser Text ist für Abonnenten" in german
        assert "هذا النص للمشتركين" in arabic

    def test_the_template_around_it_speaks_it_too(self, client: Client) -> None:
        page = ArticlePage(title="Gezeiten", locale=locale("de"), correction="Es war Ebbe.")
        page.body = [("paragraph", RichText(f"<p>{'Ebbe und Flut ' * 100}</p>"))]
        home().add_child(instance=page)
        text = seen(client, page.url)
        assert '<html lang="de" dir="ltr">' in text
        assert '<h2 id="wpr-correction">Korrektur</h2>' in text
        assert "2 Minuten Lesezeit" in text

    def test_registering_goes_on_in_it(self) -> None:
        page = make_article(locale=locale("de"), access="metered")
        window = poster()
        token = sign_article(page)
        answer = window.post("/wpr/register/", {"email": "anna", "article": token})
        assert "Bitte prüfen Sie Ihre Adresse" in answer.content.decode()
        assert "Das sieht nicht nach einer E-Mail-Adresse aus." in answer.content.decode()
        assert answer["Content-Language"] == "de"
        window.post("/wpr/register/", {"email": "anna@example.org", "article": token})
        message = mail.outbox[-1]
        assert ": Ihr Code lautet " in message.subject
        assert message.body.startswith("Guten Tag,")
        assert "Anmelden und weiterlesen" in message.alternatives[0][0]
        link = re.search(r"https?://[^/\s]+(/\S+)", message.body)[1]
        elsewhere = poster()
        assert "<h1>Noch ein Klick</h1>" in seen(elsewhere, link)
        assert '<h2 class="wpr-confirm__title" id="wpr-confirm-title">Der Artikel ist offen.' in seen(window, page.url)
        elsewhere.post(link)
        assert "<h1>Dieser Link gilt nicht mehr</h1>" in seen(poster(), link)

    def test_wrong_code_is_said_in_it(self) -> None:
        page = make_article(locale=locale("ar"), access="metered")
        window = poster()
        window.post("/wpr/register/", {"email": "anna@example.org", "article": sign_article(page)})
        answer = window.post("/wpr/code/", {"code": "12", "article": sign_article(page)})
        text = answer.content.decode()
        assert '<html lang="ar" dir="rtl">' in text
        assert "هذا الرمز غير صحيح" in text
        assert "بقيت لك 5 محاولات." in text


@pytest.mark.django_db
class TestLanguageOf:
    def test_is_the_pages(self) -> None:
        assert language_of(make_article(locale=locale("de"))) == "de"

    @override_settings(WAGTAIL_I18N_ENABLED=False)
    def test_is_the_active_one_where_pages_have_none(self) -> None:
        page = make_article(locale=locale("de"))
        with translation.override("ar"):
            assert language_of(page) == "ar"

    def test_is_the_active_one_for_what_is_no_page(self) -> None:
        with translation.override("ar"):
            assert language_of(object()) == "ar"
