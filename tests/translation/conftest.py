"""Translators that tests share.  One thread: the matrices here are tiny, and tests run side by side."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from support.translators import reversing_translator

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def reversing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reversing_translator(tmp_path_factory.mktemp("reversing") / "model")
