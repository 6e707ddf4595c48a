"""The audit finds what it looks for: each thing is planted once."""

from __future__ import annotations

import base64
import hashlib
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from support.tools import tool

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT: dict[str, Any] = {
    "project": {"dependencies": ["one>=1"], "optional-dependencies": {"more": ["three"]}},
    "build-system": {"requires": []},
}


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    return tool("audit")


def install(folder: Path, name: str, version: str, *about: str) -> dict[str, Distribution]:
    """A package with one file; those in the folder by name."""
    (folder / f"{name}.py").write_text("x = 1\n")
    hashed = base64.urlsafe_b64encode(hashlib.sha256(b"x = 1\n").digest()).rstrip(b"=").decode()
    information = folder / f"{name}-{version}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("\n".join([f"Name: {name}", f"Version: {version}", *about, ""]))
    (information / "RECORD").write_text(f"{name}.py,sha256={hashed},6\n{name}-{version}.dist-info/RECORD,,\n")
    return {package.name: package for package in distributions(path=[str(folder)])}


def test_pins_are_exact_and_of_this_python(audit: ModuleType) -> None:
    text = '# none\none==1.0\nTwo_x==2; python_version >= "3"\ntwo-x==1; python_version < "3"\n'
    assert audit.pins(text) == {"one": "1.0", "two-x": "2"}
    for wrong in ("one>=1", "one", "one==1.*,<2", "one==1\none==2"):
        with pytest.raises(ValueError, match="one"):
            audit.pins(wrong)


def test_what_is_needed_is_pinned_and_installed_so(audit: ModuleType, tmp_path: Path) -> None:
    install(tmp_path, "one", "1.0+cpu", "Requires-Dist: two", 'Requires-Dist: four; extra == "never"')
    installed = install(tmp_path, "two", "2.0")
    names, absent = audit.needed(PROJECT, installed)
    assert (names, absent) == ({"one", "two", "three"}, {"three"})

    def wrong(**pinned: str) -> str:
        return "\n".join(audit.wrong_pins(pinned, names, installed))

    assert wrong(one="1.0", two="2.0", three="3") == ""
    assert "two is needed and not pinned" in wrong(one="1.0", three="3")
    assert "2.0 is installed" in wrong(one="1.0", two="2.1", three="3")
    assert wrong(one="1.0", two="2.0", three="3", five="5") == ""  # it may be something that three needs
    installed = install(tmp_path, "three", "3")
    assert "five is pinned in constraints.txt and nothing needs it" in wrong(one="1.0", two="2.0", three="3", five="5")


def test_a_changed_or_missing_file_is_found(audit: ModuleType, tmp_path: Path) -> None:
    package = install(tmp_path, "one", "1")["one"]
    assert list(audit.wrong_files(package)) == []
    (tmp_path / "one.py").write_text("x = 2\n")
    assert list(audit.wrong_files(package)) == ["one: one.py was changed after it was installed"]
    (tmp_path / "one.py").unlink()
    assert list(audit.wrong_files(package)) == ["one: one.py is missing"]


@pytest.mark.parametrize(
    ("about", "known"),
    [
        ("License-Expression: MIT", True),
        ("License-Expression: BSD-3-Clause AND MIT", True),
        ("License-Expression: GPL-3.0-only OR MIT", True),
        ("License: BSD", True),
        ("Classifier: License :: OSI Approved :: Apache Software License", True),
        ("License-Expression: MIT AND GPL-3.0-only", False),
        ("License: GPL", False),
        ("License: Proprietary", False),
        ("Summary: none stated", False),
        ("Classifier: License :: DFSG approved\nClassifier: License :: OSI Approved :: MIT License", True),
        ("Classifier: License :: DFSG approved", False),
        ("Classifier: License :: DFSG approved\nLicense: Something else", False),
    ],
)
def test_licences(about: str, known: bool, audit: ModuleType, tmp_path: Path) -> None:
    package = install(tmp_path, "one", "1", about)["one"]
    assert (list(audit.wrong_licence(package)) == []) == known


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import load",
        "import urllib.request",
        "def f():\n    import socket",
        "eval('1')",
        "exec(text)",
        "run = __import__",
        "torch.load(path)",
        "yaml.load(text)",
        "os.system('ls')",
        "run('ls', shell=True)",
        "np.load(path)",
        "load(path, allow_pickle=maybe)",
        "load_dataset(name, trust_remote_code=True)",
    ],
)
def test_code_by_which_data_could_run(source: str, audit: ModuleType) -> None:
    assert len(list(audit.wrong_code("tasks/a.py", source))) == 1


def test_other_code_is_left_alone(audit: ModuleType) -> None:
    source = (
        "import re\nre.compile('a')\nmodule.eval()\nload(path, allow_pickle=False)\ntorch.save(x)\njson.load(file)\n"
    )
    assert list(audit.wrong_code("tasks/a.py", source)) == []
    assert list(audit.wrong_code("data/hub.py", "import socket")) == []


def test_what_is_allowed_is_there(audit: ModuleType) -> None:
    for module, name in audit.ALLOWED:
        assert name in (ROOT / "src" / "lstmcli" / module).read_text(encoding="utf-8"), f"{module}: {name}"


def test_a_module_that_goes_to_the_network_is_found(
    audit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "quiet.py").write_text("import socket\nsocket.socket().close()\n")
    (tmp_path / "caller.py").write_text(
        "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9), 0.1)\nexcept OSError:\n    pass\n"
    )
    (tmp_path / "native.py").write_text("import socket\nkept = socket.socket()\n")
    assert list(audit.wrong_imports(["quiet"])) == []
    assert any("leaves a socket open" in line for line in audit.wrong_imports(["native"])) or sys.platform != "linux"
    assert any("importing caller opens the network" in line for line in audit.wrong_imports(["quiet", "caller"]))
    assert any("cannot be imported" in line for line in audit.wrong_imports(["absent_module"]))


def test_the_lock_file_follows_the_pins(audit: ModuleType) -> None:
    pinned = audit.pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert list(audit.wrong_lock(pinned, text)) == []
    assert "torch" in audit.pins(text)
    assert any("rich 15" in line for line in audit.wrong_lock({**pinned, "rich": "1"}, text))
    hashed = f"rich=={pinned['rich']} --hash=sha256:{'0' * 64}"
    assert list(audit.wrong_lock(pinned, hashed)) == []
    assert list(audit.wrong_lock(pinned, hashed[:-1])) == [f"requirements.lock: no hash in {hashed[:-1]!r}"]


def test_make_check_runs_it() -> None:
    _, _, check = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ncheck:")
    assert "tools/audit.py" in check.partition("\n\n")[0]
