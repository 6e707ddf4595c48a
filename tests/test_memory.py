"""How much memory there is: the least of machine, container and limit."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstmcli import memory


def test_the_least_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for physical, container, limit, least in ((8, 4, 2, 2), (8, 4, 0, 4), (8, 0, 16, 8), (0, 0, 0, memory.UNKNOWN)):
        monkeypatch.setattr(memory, "_physical", lambda value=physical: value)
        monkeypatch.setattr(memory, "_container", lambda value=container: value)
        monkeypatch.setattr(memory, "_limit", lambda value=limit: value)
        assert memory.usable_memory() == least


def test_a_container_of_either_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new, old = tmp_path / "memory.max", tmp_path / "limit_in_bytes"
    monkeypatch.setattr(memory, "_CGROUPS", (str(new), str(old)))
    assert memory._container() == 0
    old.write_text("4096\n")
    assert memory._container() == 4096
    new.write_text("1024\n")
    assert memory._container() == 1024
    new.write_text("max\n")
    old.unlink()
    assert memory._container() == 0


def test_this_machine_has_some() -> None:
    assert 1 << 27 < memory.usable_memory() < 1 << 50
