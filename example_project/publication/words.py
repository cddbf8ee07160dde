"""The publication's own words in the languages of its editions; English is the key."""

from __future__ import annotations


WORDS = {
    "de": {
        "Skip to the text": "Zum Text",
        "Who wrote this": "Wer das geschrieben hat",
        "More in the series": "Mehr aus der Reihe",
        "More from The Tidewaiter": "Mehr aus The Tidewaiter",
        "What a subscription gives": "Was ein Abonnement bringt",
        "every article and every chapter of every report, from beginning to end": (
            "jeden Artikel und jedes Kapitel jedes Berichts, von Anfang bis Ende"
        ),
        "nothing counted, on any device": "nichts wird gezählt, auf keinem Gerät",
        "no advertisements, for anybody, ever": "keine Werbung, für niemanden, nie",
        "minutes to read": "Minuten Lesezeit",
        "min": "Min.",
        "Reports": "Berichte",
        "From the last weeks": "Aus den letzten Wochen",
        "Regions": "Regionen",
        "Nothing has been published here yet.": "Hier ist noch nichts erschienen.",
        "Correction.": "Korrektur.",
        "Updated": "Aktualisiert",
        "Sections": "Ressorts",
        "Newest first": "Das Neueste zuerst",
    },
    "ar": {
        "Skip to the text": "إلى النص",
        "Who wrote this": "كاتب المقال",
        "More in the series": "المزيد من سلسلة",
        "More from The Tidewaiter": "المزيد من ذا تايدويتر",
        "What a subscription gives": "ما الذي يمنحه الاشتراك",
        "every article and every chapter of every report, from beginning to end": (
            "كل مقال وكل فصل من كل تقرير، من أوله إلى آخره"
        ),
        "nothing counted, on any device": "قراءة بلا عدّ، على أي جهاز",
        "no advertisements, for anybody, ever": "لا إعلانات، لأحد، أبدًا",
        "minutes to read": "دقائق للقراءة",
        "min": "د",
        "Reports": "التقارير",
        "From the last weeks": "من الأسابيع الأخيرة",
        "Regions": "المناطق",
        "Nothing has been published here yet.": "لم يُنشر شيء هنا بعد.",
        "Correction.": "تصحيح.",
        "Updated": "حُدّث في",
        "Sections": "الأقسام",
        "Newest first": "الأحدث أولًا",
    },
}


def said(words: str, language: str | None) -> str:
    """Return the words in a language, in English where that language lacks them."""
    return WORDS.get(language or "en", {}).get(words, words)
