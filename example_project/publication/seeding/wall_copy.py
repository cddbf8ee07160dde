"""The words of the walls, in the three languages that the publication has."""

from __future__ import annotations

from typing import Any

from wagtail.models import Locale

from wagtail_wpr.slots.models import WallCopy


GERMAN = {
    "register": {
        "headline": "Kostenlos weiterlesen",
        "promise": (
            "Mit Ihrer E-Mail-Adresse öffnet sich der Rest dieses Artikels sofort, dazu drei freie Artikel im Monat."
        ),
        "button": "Weiterlesen",
        "next_step": (
            "Sie lesen gleich hier weiter. Wir schicken Ihnen einen Link und einen Code, um die Adresse zu bestätigen."
        ),
        "subscribe_line": "Schon angemeldet?",
    },
}
ARABIC = {
    "register": {
        "headline": "تابع القراءة مجانًا",
        "promise": ("اترك عنوان بريدك الإلكتروني لتُفتح لك بقية هذا المقال في الحال، مع ثلاث مقالات مجانية كل شهر."),
        "button": "متابعة القراءة",
        "next_step": "تتابع القراءة هنا من حيث توقفت، ونرسل إليك رابطًا ورمزًا لتأكيد العنوان.",
        "subscribe_line": "مشترك بالفعل؟",
    },
}


def seed_wall_copy(publication: dict[str, Any]) -> None:
    """Write the copy of each wall and language."""
    words = publication["wall_copy"]
    english = {
        "register": {
            "headline": words["headline"],
            "promise": words["promise"],
            "button": words["button"],
            "next_step": words["next"],
            "subscribe_line": words["log_in_line"],
        },
        "confirm": {
            "headline": words["confirm_headline"],
            "promise": words["confirm_promise"],
            "subscribe_line": words["log_in_line"],
        },
        "subscribe": {"promise": publication["subscription_line"], "subscribe_line": words["log_in_line"]},
    }
    for language, walls in (("en", english), ("de", GERMAN), ("ar", ARABIC)):
        locale = Locale.objects.filter(language_code=language).first()
        if locale is None:
            continue
        for wall, values in walls.items():
            WallCopy.objects.update_or_create(wall=wall, locale=locale, site=None, section=None, defaults=values)
