"""What the project says about itself, held against what it does."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib.metadata import entry_points, metadata, version
from pathlib import Path

import pytest

import lstmcli
from lstmcli import errors
from lstmcli.cli.app import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def sh_blocks(text: str) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_one_version() -> None:
    newest = re.search(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert newest is not None
    assert version("lstmcli") == lstmcli.__version__ == newest[1]


def test_the_command_is_lstm() -> None:
    (command,) = entry_points(group="console_scripts", name="lstm")
    assert command.value == "lstmcli.__main__:main"


def test_readme_opens_with_two_commands_and_ci_runs_the_second() -> None:
    demo, tests = sh_blocks(README)[:2]
    assert demo.count("\n") == tests.count("\n") == 1
    assert demo.strip().endswith(".venv/bin/lstm demo")
    assert "pytest" in tests
    lines = [line.strip() for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()]
    assert tests.strip() in lines


def test_constraints_pin_every_requirement() -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [re.split(r"[=;]+", line)[0] for line in pins if line and not line.startswith("#")]
    assert all("==" in line for line in pins if line and not line.startswith("#"))
    wanted = metadata("lstmcli").get_all("Requires-Dist") or []
    names = {re.split(r"[^A-Za-z0-9_.-]", requirement)[0] for requirement in wanted}
    assert names <= set(pinned)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_page_that_the_readme_names(command: str) -> None:
    assert f"[{command}](docs/{command}.md)" in README


def test_every_extra_is_in_the_table_of_the_page_on_installing() -> None:
    extras = set(metadata("lstmcli").get_all("Provides-Extra") or []) - {"dev", "bench"}
    for page in ("docs/install.md", "docs/zh/install.md"):
        table = [
            line for line in (ROOT / page).read_text(encoding="utf-8").splitlines() if line.startswith("| `lstmcli[")
        ]
        assert set(re.findall(r"`lstmcli\[(\w+)\]`", "\n".join(table))) == extras


def test_documented_exit_codes_are_those_of_the_errors() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", section(index, "Exit codes"), flags=re.MULTILINE)}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.LstmError)]
    assert {kind.exit_code for kind in kinds} | {0} == documented


def test_figures_in_the_readme_are_measured_ones() -> None:
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    measured = set(re.findall(r"\d+(?:[.,]\d+)*", results))
    assert set(re.findall(r"\d+(?:[.,]\d+)*", section(README, "How good and how fast"))) <= measured


def test_no_test_waits_for_ever() -> None:
    """Every process that a test runs has a limit of time; ``processes.started`` kills one whose test fails."""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("subprocess.run", "subprocess.check_output"):
                assert any(keyword.arg == "timeout" for keyword in node.keywords), f"{path}:{node.lineno}"
            if isinstance(node, ast.With) and path.name != "processes.py":
                opened = [ast.unparse(item.context_expr).partition("(")[0] for item in node.items]
                assert "subprocess.Popen" not in opened, f"{path}:{node.lineno}"


def test_processes_of_tests_forget_what_is_said_about_signals() -> None:
    """Under ``nohup``, or in a job that a script starts with ``&``, children would inherit that signals are ignored."""
    script = (
        "import subprocess, sys; from processes import forget_signals; forget_signals();"
        "told = 'import signal; print(signal.getsignal(signal.SIGINT) == signal.default_int_handler,'"
        "'signal.getsignal(signal.SIGHUP) == signal.SIG_DFL)';"
        "subprocess.run([sys.executable, '-c', told], check=True, timeout=60)"
    )
    ignoring = ["bash", "-c", 'trap "" INT HUP TERM; exec "$@"', "bash", sys.executable, "-c", script]
    run = subprocess.run(ignoring, capture_output=True, text=True, cwd=ROOT / "tests", timeout=60)
    assert run.stdout == "True True\n", run.stderr
