"""The tables of fields of docs/output.md in Chinese, for tools/schemas.py."""

from __future__ import annotations

import json
import re
from pathlib import Path

MEANINGS = Path(__file__).parent / "fields.json"
"""What fields mean, in English and in Chinese; what is not there stays in English."""
WORDS = {
    "text": "文本",
    "number": "数",
    "whole number": "整数",
    "true or false": "布尔值",
    "object": "对象",
    "anything": "任意",
}


def translated(tables: str) -> str:
    meanings = json.loads(MEANINGS.read_text(encoding="utf-8"))

    def row(found: re.Match[str]) -> str:
        name, value, about = found.groups()
        meaning = meanings.get(about.replace("\\|", "|"), about).replace("|", "\\|")
        return f"| `{name}` | {in_chinese(value)} | {meaning} |"

    def result(found: re.Match[str]) -> str:
        return f"{found[1]}：{meanings.get(found[2], found[2])}"

    tables = tables.replace("| field | value | |", "| 字段 | 值 | |")
    tables = re.sub(r"(?m)^\| `([^`]+)` \| ([^|]+) \| (.*) \|$", row, tables)
    return re.sub(r"(?m)^(\*\*[a-z ]+\*\*): (.+)$", result, tables)


def in_chinese(value: str) -> str:
    """The type of a field, as tools/schemas.py writes it, in Chinese."""
    value, _, absent = value.partition("; ")
    if absent:
        return in_chinese(value) + "；可能没有"
    if value in WORDS or value == "null":
        return WORDS.get(value, value)
    if value.startswith("[") and value.endswith("]"):
        return "[" + ", ".join(map(in_chinese, value[1:-1].split(", "))) + "]"
    for end, form in ((" or null", "{}或 null"), (" by name", "按名称的{}")):
        if value.endswith(end):
            return form.format(in_chinese(value.removesuffix(end)))
    if value.startswith("list of "):
        return in_chinese(value.removeprefix("list of ")) + "的列表"
    return "或".join(map(in_chinese, parts)) if len(parts := value.split(" or ")) > 1 else value
