"""What the program rests on, checked without a network: pins, installed files, licences, and what our own code calls.

    python tools/audit.py

Every package that the project needs (of its extras, those that are installed) is pinned exactly in constraints.txt,
is installed in that version, has the files its maker listed, unchanged, and a licence that is known; requirements.lock
has the same versions; importing all of it opens no connection; nothing in src/ can run code that came with data.
Known vulnerabilities are not looked up: that needs a network.

Exits with 1 and a line for each thing that is wrong.
"""

from __future__ import annotations

import ast
import base64
import csv
import hashlib
import importlib
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
OWN = "lstmcli"

LICENCES = re.compile(
    r"(MIT|BSD|0BSD|Apache|Mozilla Public|MPL|ISC|PSF|Python Software|Zlib|CC0|BSL-1|LLVM-exception|Boost|CNRI)",
    re.IGNORECASE,
)
"""Words of which a licence must name one in each of its parts; none of them asks anything of a program that only
imports the package."""

STATED_ELSEWHERE = {"kenlm": "LGPL-2.1-or-later, in its source; an extra, imported as it is"}

APPROVED = "License :: DFSG approved"
"""A classifier that says what Debian thinks of a licence, and not which it is."""

MODULES = {
    **dict.fromkeys(("pickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"), "runs what it reads"),
    **dict.fromkeys(("requests", "http", "ftplib", "smtplib", "telnetlib", "asyncio", "ssl"), "goes to the network"),
    **dict.fromkeys(("socket", "urllib"), "goes to the network"),
    **dict.fromkeys(("code", "pty", "runpy"), "runs code"),
    **dict.fromkeys(("ctypes", "subprocess", "importlib"), "reaches beyond Python"),
}
ALLOWED = {
    ("data/hub.py", "socket"): "asks whether the Hub can be reached, once a data set of the Hub was named",
    ("data/hub.py", "urllib"): "the same",
    ("serving/answers.py", "asyncio"): "waits for the answers of a server that the user started",
    ("serving/app.py", "asyncio"): "the same",
    ("serving/guard.py", "asyncio"): "the same",
    ("serving/server.py", "socket"): "listens where the user said",
    ("training/launch.py", "socket"): "listens on the loopback address, for the processes of one training",
    ("engine/native.py", "ctypes"): "calls our own kernel, from one fixed place in the package",
    ("malloc.py", "ctypes"): "tells the C library how to keep memory",
    ("model_dir/atomic.py", "ctypes"): "exchanges two directories in one step",
    ("children.py", "subprocess"): "starts processes of this package",
    ("children.py", "pickle"): "speaks with them through their own pipes, and with nobody else",
    ("bulk/workers.py", "subprocess"): "waits for workers that `children.py` started",
    ("bulk/workers.py", "pickle"): "speaks with them through their own pipes, and with nobody else",
    ("bulk/on_ray.py", "importlib"): "asks whether Ray is installed",
    ("bulk/on_ray.py", "pickle"): "packs what Ray, which pickles too, carries between its own processes",
    ("tokenization/processes.py", "pickle"): "speaks with processes that `children.py` started, and with nobody else",
    ("comparison/models.py", "subprocess"): "times our own command and fastText's package",
    ("comparison/external_models.py", "importlib"): "imports one of two packages, by fixed names",
    ("data/formats/format.py", "importlib"): "imports the module of a registered format of files",
    ("data/samples.py", "importlib"): "opens files of this package",
    ("__init__.py", "importlib"): "imports the modules of the Python API, by fixed names",
    ("training/run.py", "importlib"): "reads version numbers",
    ("faults.py", "importlib"): "reads which packages this one needs",
    ("tasks.py", "importlib"): "imports the modules of a registered task, and tasks that installed packages register",
    ("cli/app.py", "importlib"): "imports the module of the command that was given",
}
CALLS = {"eval", "exec", "compile", "__import__"}
METHODS = {
    ("torch", "load"), ("torch", "hub"), ("yaml", "load"), ("os", "system"), ("os", "popen"), ("numpy", "load"),
    ("np", "load"), ("pandas", "read_pickle"),
}  # fmt: skip
FLAGS = {"shell", "allow_pickle", "trust_remote_code"}
"""Arguments that may only be False."""


def pins(text: str) -> dict[str, str]:
    """Package to version, of those lines of a constraints file that hold for this Python; ValueError for any other."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        line = line.split(" --hash=")[0].strip()
        if not line or line.startswith("#"):
            continue
        requirement = Requirement(line)
        exact = re.fullmatch(r"==([^*,]+)", str(requirement.specifier))
        if not exact:
            raise ValueError(f"{line!r} is not one exact version")
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        if found.setdefault(canonicalize_name(requirement.name), exact[1]) != exact[1]:
            raise ValueError(f"{requirement.name} is pinned twice")
    return found


def needed(project: dict[str, object], installed: dict[str, Distribution]) -> tuple[set[str], set[str]]:
    """The packages that the project's requirements come to, and those of them that are not installed."""
    table = project["project"]
    assert isinstance(table, dict)
    extras = [line for lines in table["optional-dependencies"].values() for line in lines]
    build = project["build-system"]
    assert isinstance(build, dict)
    todo = [Requirement(line) for line in (*table["dependencies"], *extras, *build["requires"])]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        requirement = todo.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        if key[0] in installed:
            todo += _below(installed[key[0]], requirement.extras)
    names: set[str] = {name for name, _ in seen}
    return names, names - set(installed)


def _below(package: Distribution, extras: Iterable[str]) -> Iterator[Requirement]:
    for line in package.requires or ():
        requirement = Requirement(line)
        marker, requirement.marker = requirement.marker, None
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


def wrong_pins(pinned: dict[str, str], names: set[str], installed: dict[str, Distribution]) -> Iterator[str]:
    absent = names - set(installed)
    for name in sorted(names):
        if name not in pinned:
            yield f"{name} is needed and not pinned in constraints.txt"
        elif name in installed and Version(installed[name].version).public != Version(pinned[name]).public:
            yield f"{name} is pinned to {pinned[name]}, and {installed[name].version} is installed"
    for name in sorted(set(pinned) - names):
        if name in installed or not absent:  # else it may belong to what is not there
            yield f"{name} is pinned in constraints.txt and nothing needs it"


def wrong_lock(pinned: dict[str, str], text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line and not line.startswith("#") and not re.search(r" --hash=sha256:[0-9a-f]{64}( |$)", line):
            yield f"requirements.lock: no hash in {line!r}"
    for name, version in pins(text).items():
        if pinned.get(name) != version:
            yield f"requirements.lock has {name} {version}, constraints.txt {pinned.get(name)}: write it again"


def wrong_files(package: Distribution) -> Iterator[str]:
    """Files that are not as the package's RECORD lists them; bytecode is made on the spot and not listed."""
    # From Python 3.12 on `package.files` leaves out what is missing.
    for file, listed, _ in csv.reader((package.read_text("RECORD") or "").splitlines()):
        mode, _, digest = listed.partition("=")
        if not mode or file.endswith(".pyc"):
            continue
        try:
            with Path(str(package.locate_file(file))).open("rb") as data:
                found = hashlib.new(mode)
                while part := data.read(1 << 20):
                    found.update(part)
        except OSError:
            yield f"{package.name}: {file} is missing"
            continue
        if base64.urlsafe_b64encode(found.digest()).rstrip(b"=").decode() != digest:
            yield f"{package.name}: {file} was changed after it was installed"


def licence(package: Distribution) -> str:
    """What a package says its licence is: an expression, a name, or classifiers."""
    about = package.metadata
    if "License-Expression" in about:
        return str(about["License-Expression"])
    classified = [
        line.split("::")[-1].strip()
        for line in about.get_all("Classifier") or ()
        if line.startswith("License") and line != APPROVED
    ]
    return " AND ".join(classified) or (about.get_all("License") or [""])[0].strip().partition("\n")[0]


def wrong_licence(package: Distribution) -> Iterator[str]:
    stated = licence(package)
    if not stated and canonicalize_name(package.name) in STATED_ELSEWHERE:
        return
    parts = re.split(r"\s+AND\s+", stated)
    if not all(any(LICENCES.search(choice) for choice in re.split(r"\s+OR\s+", part)) for part in parts):
        yield f"{package.name}: unknown licence {stated!r}"


def wrong_code(module: str, source: str) -> Iterator[str]:
    """Calls and imports of a file of ours by which data could become code, or go out."""
    for node in ast.walk(ast.parse(source)):
        where = f"{module}, line {getattr(node, 'lineno', 0)}"
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            for top in {name.split(".")[0] for name in names}:
                if top in MODULES and (module, top) not in ALLOWED:
                    yield f"{where}: {top} {MODULES[top]}"
        elif isinstance(node, ast.Name) and node.id in CALLS:
            yield f"{where}: {node.id} runs code"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if (node.value.id, node.attr) in METHODS:
                yield f"{where}: {node.value.id}.{node.attr} can run what it reads"
        elif isinstance(node, ast.keyword) and node.arg in FLAGS and not _is_false(node.value):
            yield f"{where}: {node.arg} is not False"


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


IMPORT = """
import importlib, os, pkgutil, sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        print(f"importing {now} opens the network: {event} {arguments[-1]!r}")
sys.addaudithook(watch)
for now in sys.argv[1:]:
    importlib.import_module(now)
    if now == "lstmcli":
        for module in pkgutil.walk_packages(importlib.import_module(now).__path__, "lstmcli."):
            if not module.name.endswith("__main__"):
                now = module.name
                importlib.import_module(now)
if os.path.isdir("/proc/self/fd"):
    for number in os.listdir("/proc/self/fd"):  # what is not opened through Python shows here
        try:
            if os.readlink(f"/proc/self/fd/{number}").startswith("socket:") and int(number) > 2:
                print("importing all of it leaves a socket open")
        except OSError:
            pass
"""


def wrong_imports(modules: Iterable[str]) -> Iterator[str]:
    """Modules that open the network when they are imported, or cannot be."""
    run = subprocess.run([sys.executable, "-c", IMPORT, *modules], capture_output=True, text=True)
    yield from sorted(set(run.stdout.splitlines()))
    if run.returncode:
        yield f"a package cannot be imported: {run.stderr.strip().splitlines()[-1]}"


def audit() -> Iterator[str]:
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    installed: dict[str, Distribution] = {canonicalize_name(package.name): package for package in distributions()}
    project = toml.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    names, absent = needed(project, installed)
    yield from wrong_pins(pinned, names, installed)
    yield from wrong_lock(pinned, (ROOT / "requirements.lock").read_text(encoding="utf-8"))
    for name in sorted(names - absent):
        yield from wrong_files(installed[name])
        yield from wrong_licence(installed[name])
    for path in sorted((ROOT / "src" / OWN).rglob("*.py")):
        yield from wrong_code(path.relative_to(ROOT / "src" / OWN).as_posix(), path.read_text(encoding="utf-8"))
    lines = map(Requirement, project["project"]["dependencies"])
    direct = {canonicalize_name(one.name) for one in lines if one.marker is None or one.marker.evaluate()}
    yield from wrong_imports([OWN, *(name.replace("-", "_") for name in sorted(direct))])
    print(f"{len(names - absent)} packages looked at; not installed: {', '.join(sorted(absent)) or 'none'}")


def main() -> None:
    found = list(audit())
    for line in found:
        print(f"error: {line}")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
