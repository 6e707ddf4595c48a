"""The page of the package index: every link is absolute, and no command needs a checkout."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import lstmcli

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``hatch_readme.py``, with as much of hatchling as it needs."""
    interface = ModuleType("hatchling.metadata.plugin.interface")
    interface.MetadataHookInterface = object  # type: ignore[attr-defined]
    for name in ("hatchling", "hatchling.metadata", "hatchling.metadata.plugin"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, interface.__name__, interface)
    spec = importlib.util.spec_from_file_location("hatch_readme", ROOT / "hatch_readme.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def targets(text: str) -> list[str]:
    return re.findall(r"\]\(([^)]*)\)", text)


def test_links_lead_to_the_release(hook: ModuleType) -> None:
    shown = hook.description(README, "https://example.org/lstm", "1.2.3")
    assert len(targets(shown)) > 20
    assert all(target.startswith("https://example.org/lstm/") for target in targets(shown))
    assert "](https://example.org/lstm/raw/v1.2.3/docs/run.svg)" in shown
    assert "[train](https://example.org/lstm/blob/v1.2.3/docs/train.md)" in shown


def test_without_an_address_there_are_no_links(hook: ModuleType) -> None:
    shown = hook.description(README, "", "1.2.3")
    assert not targets(shown) and "run.svg" not in shown


def test_commands_need_no_checkout(hook: ModuleType) -> None:
    shown = hook.description(README, "", "1.2.3")
    assert "pip install -q lstmcli" in shown and "constraints.txt" not in shown and "checkout" not in shown


def test_the_metadata_have_the_description_and_the_address(hook: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSTM_SOURCE_URL", "https://example.org/lstm/")
    metadata: dict[str, dict[str, str]] = {}
    hook.ReadmeHook().update(metadata)
    assert f"https://example.org/lstm/blob/v{lstmcli.__version__}/docs/train.md" in metadata["readme"]["text"]
    assert metadata["urls"]["Source"] == "https://example.org/lstm"
