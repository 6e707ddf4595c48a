"""The language of help pages and messages follows the locale; English costs nothing."""

from __future__ import annotations

import io
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from lstmcli.cli import language
from lstmcli.cli.app import COMMANDS, app
from lstmcli.cli.chinese import with_wide_marks
from lstmcli.cli.output.console import duration
from lstmcli.cli.output.event_log import EventLog
from lstmcli.cli.output.exports import AS
from lstmcli.cli.output.inspection.rows import finding
from lstmcli.cli.output.wrapping import width_of
from lstmcli.exporting.results import FORMATS
from lstmcli.inspection.results import Finding
from lstmcli.training.events import Warned
from support.inspected import FULL

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


@pytest.mark.parametrize(
    ("english", "expected"),
    [
        ("error: there is no column 'there is nothing in it'", "错误：there is no column 'there is nothing in it'"),
        ("error: a.csv, line 3: is empty", "错误：a.csv，第 3 行：是空的"),
        ("error: a: b.csv: cannot be read: Permission denied", "错误：a: b.csv：无法读取：没有权限"),
        ("error: a: this is a PNG image, not text", "错误：a：这是 PNG 图片，不是文本"),
        ("error: run.toml, line 2: --hidden takes one value, not a list",
         "错误：run.toml，第 2 行：--hidden 的值应是单个值，而不是列表"),
        ("hint: did you mean 'is empty'?", "提示：您是不是想用 'is empty'？"),
        ("no command 'trian'; did you mean 'train'?", "没有命令 'trian'；您是不是想用 'train'？"),
        ("warning: x.csv: 1 row has no label and is left out", "警告：x.csv：1 行没有标签，已略去"),
        ("warning: x.csv: 2,000 rows have no label and are left out, line 7 the first",
         "警告：x.csv：2,000 行没有标签，已略去，第一个在第 7 行"),
        ("'x' is not a whole number (c.toml, line 2)", "'x' 不是整数（c.toml，第 2 行）"),
        ("epochs must be at least 1, not 0; the value is that of $LSTM_EPOCHS",
         "epochs 至少为 1，而不是 0；这个值来自 $LSTM_EPOCHS"),
        ("trec6: CSV, comma, UTF-8; text from 'text', label from 'c'",
         "trec6：CSV，逗号分隔，UTF-8；文本来自 'text'，标签来自 'c'"),
        ("splits: train from a.csv, b.csv; test from c.csv", "划分：训练集来自 a.csv, b.csv；测试集来自 c.csv"),
        ("train 21,518 pairs; valid 1,236 pairs", "训练集 21,518 对；验证集 1,236 对"),
        ("validation: v.txt: fastText lines, labels start with '__label__', UTF-8",
         "验证：v.txt：fastText 格式的行，标签以 '__label__' 开头，UTF-8"),
        ("x: CSV, bar, GBK; text from 'a', translation from 'b'; --text-column and --target-column name others; "
         "splits: train from a.csv",
         "x：CSV，竖线分隔，GBK；文本来自 'a'，译文来自 'b'；用 --text-column 和 --target-column 指定其他列；"
         "划分：训练集来自 a.csv"),
        ("300 lines, each scored separately; --stream carries the state from line to line, as in training",
         "300 行，各自单独评分；--stream 像训练时那样把状态带到下一行"),
        ("the models disagree on 27 of 500 texts, most confident first (10 shown)",
         "各模型对 500 条文本中的 27 条答案不同，最有把握的在前（显示 10 条）"),
        ("a page that runs the language model; open it in a browser", "运行语言模型的网页；用浏览器打开"),
        ("something that no catalogue knows: really", "something that no catalogue knows: really"),
    ],
)  # fmt: skip
def test_a_message_is_recognised_with_what_is_filled_in(english: str, expected: str, chinese: None) -> None:
    assert language.of_message(english) == expected


def test_every_message_is_recognised(chinese: None) -> None:
    """By its template: the values are at their places in the translation."""
    values = {"#": "1,234", "~": "are", "": "'value'"}
    wrong = []
    for english, translation in language.catalogue("messages").items():
        if re.search(r"\d\}\{\d", english):
            continue  # where one value ends is only known if the next is a text of the program
        filled = [re.sub(r"\{\d+([#~]?)=?\}", lambda hole: values[hole[1]], text) for text in (english, translation)]
        if language.of_message(filled[0]).replace(" ", "") != filled[1].replace(" ", ""):
            wrong.append((filled, language.of_message(filled[0])))
    assert not wrong


@given(
    st.lists(st.sampled_from([*"'é;:(), ", "; ", ": ", " (", ", line 3", "it has ", "3 rows", "{0}", "no such file"]))
)
def test_no_text_is_too_odd(parts: list[str]) -> None:
    text = "".join(parts)
    with pytest.MonkeyPatch.context() as patch:
        set_locale(patch, LANG="zh_CN.UTF-8")
        assert bool(language.of_message(text)) is bool(text)


def test_what_is_said_of_a_gate_is_chinese(chinese: None) -> None:
    dead = Finding("input", "dead", (2, 5), 0.5)
    assert [finding(found, FULL) for found in (dead, *FULL.findings)] == [
        "输入门：在 96 个单元中的 2 个（2, 5）中失效，每个词元上都低于 0.1；其全部值中有 50 % 低于 0.1",
        "遗忘门：在 96 个单元中的 2 个（1, 4）中饱和，每个词元上都高于 0.9；其全部值中有 25 % 高于 0.9",
        "候选：几乎处处失效；其全部值中有 95 % 低于 0.1",
    ]


def test_durations_and_exports_are_chinese(chinese: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [duration(seconds) for seconds in (4, 125, 4200)] == ["4 秒", "2 分 05 秒", "1 小时 10 分"]
    assert [language.of_display(AS.format(format)) for format in FORMATS] == [f"导出为 {format}" for format in FORMATS]


def test_errors_are_chinese_and_exit_codes_are_the_same(chinese: None) -> None:
    result = CliRunner().invoke(app, ["train", "no-such-file.csv"])
    assert (result.exit_code, result.stderr) == (3, "错误：no-such-file.csv：没有这个文件\n提示：检查名字\n")


def test_events_for_programs_stay_english(chinese: None, capsys: pytest.CaptureFixture[str]) -> None:
    EventLog([], quiet=True).handle(Warned("there is nothing in it"))
    assert "there is nothing in it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("composed", "shown"),
    [
        ("lstm，种子 1: 准确率 26.67 %", "lstm，种子 1：准确率 26.67 %"),
        ("rnn 对: +1 (p = 0.8, 2 个种子): 领先; 30 % (a, b)", "rnn 对：+1（p = 0.8，2 个种子）：领先；30 % (a, b)"),
        ("标签 'a, 中: b', 概率 0.1, 0.2", "标签 'a, 中: b'，概率 0.1, 0.2"),
        ("a: b, c; d (e)", "a: b, c; d (e)"),
    ],
)
def test_marks_beside_chinese_are_wide(composed: str, shown: str) -> None:
    assert with_wide_marks(composed) == shown
