"""The page and the docstrings do what they show, and name all that is public."""

from __future__ import annotations

import doctest
import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import lstmcli as lstm
from support import reviews

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "python.md"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
DOCUMENTED = ("lstmcli.api", "lstmcli.classification.predict", "lstmcli.language_modeling.predict", "lstmcli.results")


def run_doctest(test: doctest.DocTest) -> None:
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=said.append, clear_globs=False)
    assert result.attempted and not result.failed, "".join(said)


def test_every_snippet_of_the_page_does_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    reviews.write(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    assert all(">>>" in block for block in blocks), "a snippet that no test runs"
    run_doctest(doctest.DocTestParser().get_doctest("\n".join(blocks), {}, PAGE.name, str(PAGE), 0))


@pytest.mark.parametrize("module", DOCUMENTED)
def test_the_examples_of_docstrings_do_what_they_show(module: str, here: Path, model: Any, lm: Any) -> None:
    texts, labels = (list(column) for column in zip(*reviews.rows(), strict=True))
    known = {"lstm": lstm, "model": model, "lm": lm, "texts": texts, "labels": labels}
    found = doctest.DocTestFinder().find(importlib.import_module(module), extraglobs=known)
    examples = [test for test in found if test.examples]
    assert examples
    for test in examples:
        run_doctest(test)


def test_every_public_name_is_there_and_documented() -> None:
    assert sorted(lstm.__all__) == dir(lstm)
    for name in lstm.__all__:
        found = getattr(lstm, name)
        if callable(found):
            assert inspect.getdoc(found), name
            page = PAGE.read_text(encoding="utf-8")
            assert f"lstm.{name}" in page, f"{name} is not in {PAGE.name}"
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        lstm.trian  # noqa: B018
