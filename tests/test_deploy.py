"""Files of ``deploy/`` name options that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lstmcli.cli.app import app

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
SBATCH = DEPLOY / "slurm-train.sbatch"
KNOWN = {
    *("job-name", "nodes", "ntasks-per-node", "gpus-per-node", "cpus-per-task", "time", "requeue", "signal", "output"),
}
"""Options of sbatch, from its manual, that the script may set."""


def test_the_slurm_script_is_a_script_of_bash() -> None:
    subprocess.run(["bash", "-n", str(SBATCH)], check=True, timeout=30)


def test_the_slurm_script_sets_what_sbatch_knows() -> None:
    found = re.findall(r"^#SBATCH --([a-z-]+)", SBATCH.read_text("utf-8"), flags=re.MULTILINE)
    assert found and set(found) <= KNOWN


def test_the_slurm_script_starts_what_there_is() -> None:
    text = SBATCH.read_text("utf-8").replace("\\\n", " ")
    (command,) = re.findall(r"torchrun (.*) -m lstmcli train", text)
    pytest.importorskip("torch")
    from torch.distributed.run import get_args_parser

    known = {option for action in get_args_parser()._actions for option in action.option_strings}
    assert set(re.findall(r"--[a-z-]+", command)) <= known
    page = CliRunner().invoke(app, ["train", "--help"]).output
    assert "--resume" in page and "(--resume)" in text
