"""A model that tests of this room alter."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.models import stub_model


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return stub_model(tmp_path / "model")
