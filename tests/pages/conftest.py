from __future__ import annotations

import pytest

from tests.catalogue.publication import Publication


@pytest.fixture
def publication(db: None) -> Publication:
    return Publication()
