"""A wheel for one platform: the pure one, with a library in its place."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from support.tools import tool

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheels() -> ModuleType:
    return tool("wheels")


def test_a_wheel_is_the_pure_one_with_a_library_and_another_tag(wheels: ModuleType, tmp_path: Path) -> None:
    pure, library = tmp_path / "lstmcli-0.1.0-py3-none-any.whl", tmp_path / "win_amd64.dll"
    library.write_bytes(b"a library")
    about = "lstmcli-0.1.0.dist-info/"
    with zipfile.ZipFile(pure, "w") as archive:
        archive.writestr("lstmcli/__init__.py", "x = 1\n")
        archive.writestr(about + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(about + "RECORD", "something old\n")
    made = wheels.with_library(pure, library, "win_amd64", tmp_path)
    assert made.name == "lstmcli-0.1.0-py3-none-win_amd64.whl"
    with zipfile.ZipFile(made) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert files["lstmcli/engine/lib/lstm.dll"] == b"a library"
    assert files["lstmcli/__init__.py"] == b"x = 1\n"
    assert files[about + "WHEEL"] == b"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-win_amd64\n"
    recorded = dict(line.rsplit(",", 2)[:2] for line in files[about + "RECORD"].decode().splitlines())
    assert recorded.keys() == files.keys() and recorded.pop(about + "RECORD") == ""
    for name, digest in recorded.items():
        wanted = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).decode().rstrip("=")
        assert digest == f"sha256={wanted}"


def test_every_platform_has_levels_and_a_suffix(wheels: ModuleType) -> None:
    for target, processor, suffix in wheels.PLATFORMS.values():
        assert wheels.kernel.LEVELS[processor] and target and suffix in (".so", ".dylib", ".dll")
