"""What is done to the pages of the documentation before the site is built of them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "site.py"


@pytest.fixture(scope="module")
def site() -> ModuleType:
    """The tool, which has the name of a module of Python."""
    spec = importlib.util.spec_from_file_location("site_of_docs", TOOL)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_in_the_navigation_and_its_links_resolve(language: str, site: ModuleType) -> None:
    pages, known = site.sources(language), site.places(language)
    assert '"tutorial.md"' in site.config(language, set(pages.values()))
    for path in pages:
        assert site.staged(path, path.read_text(encoding="utf-8"), known)


def test_a_page_outside_the_navigation_is_refused(site: ModuleType) -> None:
    with pytest.raises(ValueError, match=r"not in the navigation of tools/site\.py: new\.md"):
        site.config("en", {"index.md", "new.md"})


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("一行\n两行", "一行两行"),
        ("- 一行，\n  `x` 两行", "- 一行，`x` 两行"),
        ("一段。\n\n两段", "一段。\n\n两段"),
        ("一项；\n- 两项", "一项；\n- 两项"),
        ("一项。\n2. 两项", "一项。\n2. 两项"),
        ("用 LSTM\n训练", "用 LSTM\n训练"),
        ("A line\nand another", "A line\nand another"),
    ],
)
def test_chinese_lines_are_joined_without_a_space(text: str, joined: str, site: ModuleType) -> None:
    assert site.staged(TOOL, text, {}) == joined


def test_code_breaks_between_values_only(site: ModuleType) -> None:
    assert site.marked("use `--cell NAME` here") == "use `--cell NAME`{.option} here"
    assert site.marked(r"| `--cell lstm\|gru` | a |") == (
        '| <code class="option">--cell lstm&#124;<wbr>gru</code> | a |'
    )
    assert site.marked(r"a bar is `\|`") == r"a bar is `\|`"


def test_the_switch_of_languages_leads_to_the_same_page(site: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    switch = '<a href="./" hreflang="en">English</a> <a href="./zh/index.html" hreflang="zh">中文</a>'
    for name in ("train.html", "security.html", "zh/train.html"):
        (tmp_path / name).write_text(switch, encoding="utf-8")
    site.link_twins(tmp_path)
    read = {name: (tmp_path / name).read_text(encoding="utf-8") for name in ("train.html", "security.html")}
    assert 'href="train.html" hreflang="en"' in read["train.html"]
    assert 'href="zh/train.html" hreflang="zh"' in read["train.html"]
    assert read["security.html"] == switch
    assert 'href="../train.html" hreflang="en"' in (tmp_path / "zh" / "train.html").read_text(encoding="utf-8")
