"""The page in headless Chromium: it answers as the model does, and every part of it can be used."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from exporting.test_classifier import small
from lstmcli.classification.predict import Classifier
from lstmcli.exporting.write import export
from support.lm_models import untrained_lm
from support.models import untrained_model

pytestmark = pytest.mark.slow
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


@contextmanager
def opened(model: Path, place: Path, **context: Any) -> Iterator[Any]:
    """The page of a model in a browser; nothing may be written to its console, and nothing loaded."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium here")
    export(model, "html", place, force=True)
    with playwright.sync_playwright() as program:
        browser = program.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_context(**context).new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(place.as_uri())
        page.wait_for_selector("#text")
        yield page
        assert (said, asked) == ([], [place.as_uri()])
        browser.close()


def probabilities(page: Any) -> list[float]:
    return page.evaluate("page.free.probabilities")  # type: ignore[no-any-return]


def test_a_classifier_answers_as_one_types(tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model")
    with opened(model, tmp_path / "page.html", locale="en-GB") as page, Classifier(model, threads=1) as classifier:
        for text in ("a fine film, and funny", "dull 这部电影很好看", ""):
            page.fill("#text", text)
            assert probabilities(page) == pytest.approx(classifier.probabilities([text])[0].tolist(), abs=1e-5)
        page.fill("#text", "it was fine I suppose")
        best = max(zip(probabilities(page), classifier.labels, strict=True))[1]
        assert page.inner_text(".bars .win").startswith(best)
        assert page.locator(".ribbon button").all_inner_texts() == ["it", "was", "fine", "I", "suppose"]
        assert page.get_attribute("html", "lang") == "en"


def test_its_parts_work_by_hand_and_by_key(tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model", small(hidden=12))
    with opened(model, tmp_path / "page.html", locale="zh-CN") as page:
        assert page.get_attribute("html", "lang") == "zh-Hans" and "LSTM" in page.inner_text("h1")
        page.click("text=EN")
        page.fill("#text", "a fine film, and funny")
        page.focus(".ribbon button[tabindex='0']")
        page.keyboard.press("Home")
        page.keyboard.press("ArrowRight")
        assert page.inner_text(".ribbon button[aria-current=true]") == "fine"
        page.wait_for_selector("#reading .say:has-text('%')")
        page.click("table.heat tbody tr:nth-child(2) td:nth-child(4)")
        assert page.inner_text(".ribbon button[aria-current=true]") == "film"
        assert page.inner_text("table.heat tr.chosen th").split(":")[0] in page.inner_text("#inside-title")
        page.hover("table.heat tbody tr:nth-child(1) td:nth-child(3)")
        assert "“fine”: hidden state" in page.inner_text("#pointed")
        page.click("#others summary")
        page.hover("#others canvas", position={"x": 3, "y": 3})
        assert "“a”: hidden state" in page.inner_text("#pointed")
        page.click("#as-rnn")
        assert page.evaluate("page.found.traces[0][0].forget.every((row) => row.every((value) => value === 0))")
        assert "now" in page.inner_text("#effect")
        page.wait_for_selector("#memory svg")
        assert "fine" in page.get_attribute("#memory svg", "aria-label")
        before = page.get_attribute("html", "data-theme")
        page.click("#theme")
        assert page.get_attribute("html", "data-theme") != before


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_window(width: int, tmp_path: Path) -> None:
    size = {"width": width, "height": 800}
    with opened(untrained_model(tmp_path / "model"), tmp_path / "page.html", viewport=size) as page:
        page.fill("#text", "one two three four five " * 5)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_language_model_goes_on(tmp_path: Path) -> None:
    with opened(untrained_lm(tmp_path / "model", "text"), tmp_path / "page.html") as page:
        page.fill("#text", "the cat")
        assert page.evaluate("page.free.next.length") == 3
        page.click("#go-on")
        name = page.locator(".bars button.name").first.inner_text().replace("␣", " ")
        page.locator(".bars button.name").first.click()
        assert page.input_value("#text") == f"the cat{name}"
