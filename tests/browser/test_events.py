"""What the optional script tells the page's own scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.reader import FIFTH, SECOND, Reader


if TYPE_CHECKING:
    from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

#: A host's own script: it listens, and loads ours as the documentation says.
HOST_SCRIPT = """
window.told = [];
for (const name of ["wall-shown", "unlocked", "registered", "read-spent"]) {
  document.addEventListener(`wpr:${name}`, (event) => window.told.push([event.type, event.detail]));
}
document.addEventListener("DOMContentLoaded", () => {
  const script = document.createElement("script");
  script.src = "/static/wagtail_wpr/wpr-events.js";
  script.onload = () => { window.loaded = true; };
  document.head.append(script);
});
"""


class TestDomEvents:
    def test_each_is_told_once_where_it_happens(self, open_context: Open) -> None:
        context = open_context()
        context.add_init_script(HOST_SCRIPT)
        reader = Reader(context)

        def told() -> list[Any]:
            reader.page.wait_for_function("window.loaded")
            return list(reader.page.evaluate("window.told"))

        reader.page.goto(SECOND)
        assert told() == [["wpr:wall-shown", {"wall": "register"}]]
        reader.register(SECOND)
        assert told() == [["wpr:unlocked", {}]]
        reader.page.goto(FIFTH)
        assert told() == [["wpr:wall-shown", {"wall": "confirm"}]]
        reader.page.goto(SECOND)
        assert told() == []
        reader.write(reader.code_field, reader.code())
        reader.expect_to_read_on()
        assert told() == [["wpr:registered", {}]]
        reader.page.goto(FIFTH)
        assert told() == [["wpr:read-spent", {"used": 1, "limit": 3}]]
        reader.page.reload()
        assert told() == []
