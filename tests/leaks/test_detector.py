"""The detector finds a word in every disguise, and says so where it cannot look."""

from __future__ import annotations

import base64
import codecs
import gzip
import html
import io
import json
import unicodedata
import zlib

import brotli
import pytest
import zstandard
from PIL import Image, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from tests.leaks.detector import Unreadable, find
from tests.leaks.publication import FIRST, MIDDLE
from tests.leaks.site import Site


AROUND = "<p>Nothing to see here; "
PLAIN = f"{AROUND}{FIRST} and {MIDDLE}.</p>"

DISGUISES = {
    "plain": PLAIN,
    "upper case": PLAIN.upper(),
    "decimal entities": "".join(f"&#{ord(sign)};" for sign in PLAIN),
    "hexadecimal entities": "".join(f"&#x{ord(sign):x};" for sign in PLAIN),
    "named entities": html.escape(PLAIN).replace("é", "&eacute;"),
    "url": "".join(f"%{byte:02X}" for byte in PLAIN.encode()),
    "json": json.dumps({"body": PLAIN}),
    "json escapes": "".join(f"\\u{ord(sign):04x}" for sign in PLAIN),
    "base64": base64.b64encode(PLAIN.encode()).decode(),
    "base64, one letter before": base64.b64encode(b"x" + PLAIN.encode()).decode(),
    "base64, two letters before": base64.b64encode(b"xy" + PLAIN.encode()).decode(),
    "base64 for addresses": base64.urlsafe_b64encode(PLAIN.encode()).decode().rstrip("="),
    "base64 twice": base64.b64encode(base64.b64encode(PLAIN.encode())).decode(),
    "base64 in a longer run": "Qx" + base64.b64encode(PLAIN.encode()).decode(),
    "compressed in base64": base64.b64encode(zlib.compress(PLAIN.encode())).decode(),
    "hex": PLAIN.encode().hex(),
    "rot13": codecs.encode(FIRST + " " + "velocipediste", "rot13"),
    "shifted by three": "".join(chr((ord(sign) - 94) % 26 + 97) for sign in FIRST),
    "reversed": PLAIN[::-1],
    "soft hyphens": "\u00ad".join(PLAIN),
    "zero width": "\u200b".join(PLAIN),
    "wbr": "<wbr>".join(FIRST),
    "a span each letter": "".join(f"<span>{sign}</span>" for sign in FIRST),
    "a span each word": f"<span>{FIRST}</span> <span>{MIDDLE}</span>",
    "decomposed": unicodedata.normalize("NFD", PLAIN),
    "full width": "".join(chr(ord(sign) + 0xFEE0) for sign in FIRST),
    "utf-16": PLAIN.encode("utf-16"),
    "utf-16 without a mark": PLAIN.encode("utf-16-be"),
    "gzip": gzip.compress(PLAIN.encode()),
    "zstd": zstandard.compress(PLAIN.encode()),
}


def pdf(text: str, *, compressed: bool) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 10 100 Td ({text}) Tj ET".encode())
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    named = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    fonts = DictionaryObject({NameObject("/F1"): named})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode() if compressed else stream)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def picture(kind: str) -> bytes:
    image, written = Image.new("RGB", (2, 2)), io.BytesIO()
    if kind == "exif":
        exif = Image.Exif()
        exif[0x010E] = f"A caption: {FIRST}"
        image.save(written, "JPEG", exif=exif)
    elif kind == "xmp":
        image.save(written, "JPEG", xmp=f"<rdf:li>{FIRST}</rdf:li>".encode())
    else:
        info = PngImagePlugin.PngInfo()
        info.add_text("Description", FIRST, zip=True)
        image.save(written, "PNG", pnginfo=info)
    return written.getvalue()


@pytest.mark.leak_case("PW-007")
class TestDisguises:
    @pytest.mark.parametrize("name", DISGUISES)
    def test_are_seen_through(self, delivery: str, name: str) -> None:
        assert FIRST in {hit.word for hit in find(DISGUISES[name], [FIRST])}

    @pytest.mark.parametrize(
        ("encoding", "compress"),
        [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("zstd", zstandard.compress)],
    )
    def test_content_encodings(self, delivery: str, encoding: str, compress: object) -> None:
        assert find(compress(PLAIN.encode()), [FIRST, MIDDLE], encoding=encoding)  # type: ignore[operator]

    @pytest.mark.parametrize("compressed", [False, True])
    def test_pdf(self, delivery: str, compressed: bool) -> None:
        assert find(pdf(FIRST, compressed=compressed), [FIRST])

    @pytest.mark.parametrize("kind", ["exif", "xmp", "png"])
    def test_pictures(self, delivery: str, kind: str) -> None:
        assert find(picture(kind), [FIRST])

    def test_other_text_is_no_hit(self, delivery: str) -> None:
        assert find("An ombrometer and a velocipede, " * 50, [FIRST, MIDDLE]) == []

    def test_unknown_encoding_is_no_all_clear(self, delivery: str) -> None:
        with pytest.raises(Unreadable, match="Content-Encoding 'snappy'"):
            find(b"whatever", [FIRST], encoding="snappy")

    def test_headers_are_looked_at(self, site: Site) -> None:
        # A host that answers with what was asked for: the redirect holds the word, and the detector says so.
        answer = site.browser().ask(f"/admin/pages/search/?q={FIRST}")
        assert [hit.word for hit in answer.find([FIRST])][:1] == [FIRST]
