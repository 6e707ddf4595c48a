"""The schemas that are committed are those that the declarations make."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from support.tools import tool

ROOT = Path(__file__).resolve().parent.parent.parent
COMMANDS = (
    *("classify", "compare", "export", "generate", "info", "inspect", "neighbours", "perplexity", "push", "train"),
    *("translate", "tune"),
)


@pytest.fixture(scope="module")
def schemas() -> ModuleType:
    return tool("schemas")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_schema_is_current(command: str, schemas: ModuleType) -> None:
    committed = (schemas.FOLDER / f"{command}.json").read_text(encoding="utf-8")
    assert committed == schemas.text(command), "python tools/schemas.py"


def test_the_tables_of_fields_are_current(schemas: ModuleType) -> None:
    assert schemas.PAGE.read_text(encoding="utf-8") == schemas.page(), "python tools/schemas.py"
    assert schemas.CHINESE_PAGE.read_text(encoding="utf-8") == schemas.chinese_page(), "python tools/schemas.py"


def test_what_fields_mean_is_in_chinese(schemas: ModuleType) -> None:
    rows = re.findall(r"(?m)^\| `[^`]+` \| [^|]+ \| (.+) \|$", schemas.chinese_page())
    chinese = [row for row in rows if re.search("[\u4e00-\u9fff、。]", row)]
    assert len(chinese) > 0.95 * len(rows), "add those that are new to tools/fields.json"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("whole number or null", "整数或 null"),
        ("list of [text, number]; may be absent", "[文本, 数]的列表；可能没有"),
        ("true or false", "布尔值"),
        ("list of number by name", "按名称的数的列表"),
        ("text or whole number", "文本或整数"),
    ],
)
def test_types_are_said_in_chinese(english: str, chinese: str, schemas: ModuleType) -> None:
    assert schemas.chinese_fields.in_chinese(english) == chinese


def test_the_page_says_where_a_schema_is(schemas: ModuleType) -> None:
    code = re.search(r"^python -c '(.+)'$", schemas.PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert code
    run = subprocess.run([sys.executable, "-c", code[1]], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(Path(run.stdout.strip()).read_text(encoding="utf-8"))["title"] == "lstm classify"


def test_there_is_one_for_each_command(schemas: ModuleType) -> None:
    assert sorted(schemas.RESULTS) == sorted(path.stem for path in schemas.FOLDER.iterdir()) == sorted(COMMANDS)
