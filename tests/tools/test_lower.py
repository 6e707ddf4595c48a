"""The lower bounds that ``.ci/run lower`` installs."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from support.tools import tool

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def lower() -> ModuleType:
    return tool("lower")


def test_every_requirement_has_a_lower_bound(lower: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    lower.main()
    assert "typer==0.29" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("wanted", [["a"], ["a<2"], ["a>=1", "a>=2"]])
def test_a_requirement_without_one_bound_is_refused(lower: ModuleType, wanted: list[str]) -> None:
    with pytest.raises(ValueError, match="lower bound"):
        lower.lower_bounds(wanted)


def test_using_a_model_needs_a_part_of_the_requirements(lower: ModuleType) -> None:
    lines = (ROOT / "requirements-inference.txt").read_text(encoding="utf-8").splitlines()
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = [line for line in lines if not line.startswith("#")]
    assert lower.lower_bounds(named) and all(f'  "{line}",' in project for line in named)
    assert not {"torch", "datasets", "scipy", "pandas", "pyarrow"} & set(lower.lower_bounds(named))
