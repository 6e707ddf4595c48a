"""In a Chinese locale nothing of tables, plots, progress displays and pages stays in English but names and data."""

from __future__ import annotations

import ast
import io
import re
import shutil
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from lstmcli.cli.app import app
from lstmcli.cli.output import presets
from lstmcli.cli.output.experiment import page
from lstmcli.cli.output.experiment.tables import EXPERIMENT
from lstmcli.cli.output.progress import Progress
from lstmcli.cli.output.wrapping import width_of
from lstmcli.training import events
from support.models import LABELS
from support.raced import raced

OUTPUT = Path(presets.__file__).parent
NAMES = re.compile(
    r"--[a-z-]+|[^\s，；：]*[/\\.:][^\s，；：]*|\b(F1|McNemar|exact|test|Holm|LSTM|lstm|rnn|gru|ONNX|CPU|cpu|fp32|on|nats?|kB|MB|seed|"
    r"[ABC]+|BLEU|chrF|log|max|mean|onnx\w*|native|avx\w*|python|lstmcli|torch|cpu|numpy|tokenizers|word|bpe|char|classify|unk)\b"
)
"""Options, files, versions and proper names, which are the same in every language."""
DRAWING = {"add_column", "styled", "_say", "Panel", "TextColumn", "columns"}
"""What draws a text that it is given as it is."""


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")


def english(text: str, *data: str) -> list[str]:
    """The English words in a text that are not from ``data``."""
    known = {word for each in data for word in re.findall(r"[A-Za-z]{2,}", each)}
    return sorted(set(re.findall(r"[A-Za-z]{2,}", NAMES.sub("", text))) - known)


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize(
    "arguments",
    [
        "classify -m {0} --text hello --format table",
        "classify -m {0} --report good.csv --format table",
        "inspect -m {0} hello --format table",
        "inspect -m {0} hello --why --format table",
        "compare {0} {0} --on good.csv --format table",
    ],
)
def test_tables_are_chinese(
    arguments: str, width: int, sound: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    shutil.copytree(sound, "model")
    done = CliRunner().invoke(app, arguments.format("model").split())
    assert done.exit_code == 0, done.output
    data = (here / "good.csv").read_text(encoding="utf-8")
    assert not english(done.stdout, data, "hello model", *LABELS), done.stdout
    assert re.search("[\u4e00-\u9fff]", done.stdout)


def test_a_format_for_programs_is_the_same_in_every_language(
    sound: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for format in ("json", "csv", "tsv", "jsonl"):
        arguments = ["classify", "-m", str(sound), "--report", "good.csv", "--format", format]
        monkeypatch.setenv("LANG", "zh_CN.UTF-8")
        shown = CliRunner().invoke(app, arguments).stdout
        monkeypatch.setenv("LANG", "en_US.UTF-8")
        assert shown and shown == CliRunner().invoke(app, arguments).stdout


@pytest.mark.parametrize("width", [60, 120])
def test_the_progress_display_is_chinese_and_fits(width: int) -> None:
    out = Console(width=width, force_terminal=True, color_system=None, record=True, file=io.StringIO())
    progress = Progress(out)
    progress.handle(events.Validated(1, 10, 0.5, "macro_f1", 0.8, 0.8, True))
    out.print(progress)
    progress.step = events.Step(10, 100, 1.2, 3, 0.5, 1e-3, 0.7, 120.0, 60.0, 90.0)
    out.print(progress)
    text = out.export_text()
    assert "第 1.2 轮，共 3 轮" in text and "验证集宏平均 F1" in text
    assert not english(text), text
    assert len({width_of(line.rstrip()) for line in text.splitlines() if "│" in line}) == 1  # the frame is straight


def test_a_comparison_of_cells_and_its_page_are_chinese() -> None:
    result = raced()
    out = Console(width=80, color_system=None, record=True, file=io.StringIO())
    assert EXPERIMENT.table is not None
    out.print(*EXPERIMENT.table(result, out), sep="\n")
    text = out.export_text()
    assert "标准差" in text and "各间隔的梯度" in text
    cells = " ".join(entrant.cell + " " + entrant.title for entrant in result.entrants)
    assert not english(text, cells, result.source, *result.notes), text
    assert '<html lang="zh-Hans">' in "".join(page.page(result))


def test_what_is_drawn_is_looked_up_first() -> None:
    """No heading and no sentence is given to a table or a panel as it stands in the source."""
    found = []
    for path in sorted(OUTPUT.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) in DRAWING:
                if path.name in ("training_log.py", "bulk_progress.py"):  # whose _say looks up
                    continue
                drawn = [*call.args[:1], *(each.value for each in call.keywords if each.arg == "title")]
                for text in drawn:
                    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
                    literal = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
                    if re.search("[A-Za-z]{2}", NAMES.sub("", literal)):
                        found.append(f"{path.name}:{call.lineno}: {literal}")
    assert not found, "of_display is missing:\n" + "\n".join(found)
