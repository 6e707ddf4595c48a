"""The language of help pages and messages follows the locale; English costs nothing."""

from __future__ import annotations

import io
import sys

import pytest
from typer.testing import CliRunner

from lstmcli.cli import language
from lstmcli.cli.app import COMMANDS, app
from lstmcli.cli.output.wrapping import width_of

NAMES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def set_locale(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        if name in values:
            monkeypatch.setenv(name, values[name])


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    set_locale(monkeypatch, LANG="zh_CN.UTF-8")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, False),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_TW.UTF-8"}, True),
        ({"LANG": "zh"}, True),
        ({"LANG": "zhx"}, False),
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, False),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en"}, False),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "fr:zh_CN:en"}, True),
        ({"LANG": "C", "LANGUAGE": "zh_CN"}, False),
    ],
)
def test_the_locale_chooses_the_language(
    values: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_locale(monkeypatch, **values)
    assert language.is_chinese() is expected


def test_a_stream_that_cannot_encode_chinese_gets_english(chinese: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for encoding, expected in (("gb18030", True), ("ascii", False), ("latin-1", False)):
        monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding))
        assert language.is_chinese() is expected


def test_english_reads_no_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    set_locale(monkeypatch, LANG="en_US.UTF-8")
    monkeypatch.setattr(language, "catalogue", pytest.fail)
    assert CliRunner().invoke(app, ["info", "--help"]).output.startswith("Usage: lstm info [OPTIONS]")


@pytest.mark.parametrize("width", [40, 80])
def test_help_is_chinese_and_fits_the_window(width: int, chinese: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    whole = CliRunner().invoke(app, ["--help"]).output
    assert whole.startswith("用法：lstm [选项]") and all(f"\n  {name}" in whole for name in COMMANDS)
    page = CliRunner().invoke(app, ["inspect", "--help"]).output
    lines = page.partition("示例：")[0].splitlines()
    assert max(map(width_of, lines)) < width
    assert not any(line.strip()[:1] in "，。；：、）]" for line in lines if line.strip())
    assert "[默认：最后一层]" in page.replace("\n", "").replace(" ", "")
