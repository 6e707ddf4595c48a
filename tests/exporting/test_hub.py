"""Models for the Hugging Face Hub and from it, with a server of this machine in its place."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lstmcli.cli.app import app
from lstmcli.errors import ModelError, UsageError
from lstmcli.exporting.hub import hf
from lstmcli.exporting.write import export
from lstmcli.model_dir.directory import read_model
from lstmcli.model_dir.hub import hub_name
from lstmcli.scoring.results import LmReport
from support.fake_hub import HASH, FakeHub, fake_hub
from support.lm_models import untrained_lm
from support.models import TEXTS, untrained_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_model(tmp_path_factory.mktemp("models") / "reviews")


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with fake_hub() as found:
        yield found


def lstm(
    hub: FakeHub, home: Path, *arguments: str, python: Sequence[str] = ("-m", "lstmcli")
) -> subprocess.CompletedProcess[str]:
    """A command that knows no other Hub."""
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment.pop("HF_HUB_OFFLINE", None)  # reading a data set in this process may have set it
    environment |= {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(home / "hf"), "LSTM_CACHE": str(home / "cache")}
    environment |= {"HF_TOKEN": "hf_test", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_XET": "1"}
    command = [sys.executable, *python, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)


def test_an_export_is_a_model_with_a_card_that_the_hub_reads(model: Path, tmp_path: Path) -> None:
    from huggingface_hub import ModelCard

    export(model, "hf", tmp_path / "out", language=("en", "zh"), licence="mit")
    assert read_model(tmp_path / "out").config == read_model(model).config
    data = ModelCard.load(tmp_path / "out" / "README.md").data
    assert (data.library_name, data.pipeline_tag) == ("lstmcli", "text-classification")
    assert (data.language, data.license) == (["en", "zh"], "mit")
    found = {(result.dataset_split, result.metric_type): result.metric_value for result in data.eval_results}
    report = read_model(model).config["metrics"]["valid"]
    assert found == {("valid", "accuracy"): report["accuracy"], ("valid", "f1"): report["macro_f1"]}
    answers = [
        CliRunner().invoke(app, ["classify", "-m", str(place), "--text", TEXTS[0]]).stdout
        for place in (model, tmp_path / "out")
    ]
    assert answers[0] == answers[1] != ""


def test_untrusted_names_do_not_break_the_card(tmp_path: Path) -> None:
    from huggingface_hub import ModelCard

    odd = 'a"b: {c}\n- d'
    data: dict[str, Any] = {"source": odd, "rows": {}, "notes": []}
    found = hf(read_model(untrained_model(tmp_path / "odd: [model]", data=data)))
    card = ModelCard(next(file.data for file in found if file.name == "README.md").decode())
    assert card.data.model_name == "odd: [model]"
    assert card.data.eval_results[0].dataset_name == odd


@pytest.mark.parametrize("value", ["en\nlicense: x", "", "a: b"])
def test_what_is_no_code_is_refused(model: Path, tmp_path: Path, value: str) -> None:
    with pytest.raises(UsageError, match="must be a code"):
        export(model, "hf", tmp_path / "out", language=(value,))
    assert not (tmp_path / "out").exists()


def test_languages_are_for_the_hub_only(model: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="applies to --to hf"):
        export(model, "vectors", tmp_path / "out", licence="mit")


def test_names_of_the_hub() -> None:
    assert hub_name("hub:me/reviews") == ("me/reviews", None)
    assert hub_name("hub:me/re-views_2.0@refs/pr/1") == ("me/re-views_2.0", "refs/pr/1")
    for wrong in ("hub:reviews", "hub:../x/y", "hub:me/reviews@", "hub:a/b/c", "hub:me/..", "hub:a/b@../c"):
        with pytest.raises(ModelError):
            hub_name(wrong)


def test_a_model_goes_to_the_hub_and_comes_back(hub: FakeHub, model: Path, tmp_path: Path) -> None:
    pushed = lstm(hub, tmp_path, "push", str(model), "me/reviews", "--licence", "mit", "--private", "--format", "json")
    assert pushed.returncode == 0, pushed.stderr
    found = json.loads(pushed.stdout)
    assert (found["repository"], found["revision"], found["url"]) == (
        "me/reviews",
        HASH,
        f"{hub.endpoint}/me/reviews",
    )
    assert set(hub.repositories["me/reviews"]) == {file["name"] for file in found["files"]}
    assert hub.private == [True]
    hub.repositories["me/reviews"]["extra.py"] = b"print('not for lstm')"

    used = lstm(hub, tmp_path, "classify", "-m", "hub:me/reviews", "--text", TEXTS[0])
    assert used.returncode == 0, used.stderr
    assert used.stdout == lstm(hub, tmp_path, "classify", "-m", str(model), "--text", TEXTS[0]).stdout
    checksum = read_model(model).config["checksum"]
    assert f"hub:me/reviews: revision {HASH}, checksum {checksum}" in used.stderr
    assert not any("extra.py" in asked for asked in hub.asked)

    hub.asked.clear()
    again = lstm(hub, tmp_path, "info", f"hub:me/reviews@{HASH}")
    assert again.returncode == 0, again.stderr
    assert not any("model.safetensors" in asked for asked in hub.asked)  # it is in the cache


def test_a_program_pushes_a_model_and_compares_it_with_another(hub: FakeHub, model: Path, tmp_path: Path) -> None:
    code = (
        "import sys, lstmcli as lstm; path = sys.argv[1];"
        "pushed = lstm.push(path, 'me/reviews', language='en', licence='mit');"
        "found = lstm.compare([path, 'hub:' + pushed.repository], on=(['a', 'b'], sys.argv[2:]));"
        "print(pushed.revision, [each.model.name for each in found.models], found.differences[0].difference)"
    )
    labels = read_model(model).config["labels"][:2]
    run = lstm(hub, tmp_path, str(model), *labels, python=["-c", code])
    assert run.stdout == f"{HASH} ['{model}', 'hub:me/reviews'] 0.0\n", run.stderr
    assert b"- en" in hub.repositories["me/reviews"]["README.md"]


def test_what_is_not_on_the_hub_or_not_a_model_is_said(hub: FakeHub, tmp_path: Path) -> None:
    found = lstm(hub, tmp_path, "info", "hub:me/nothing")
    assert found.returncode == 4 and "hub:me/nothing: the Hub does not give it" in found.stderr
    hub.repositories["me/other"] = {"config.json": b'{"model_type": "bert"}'}
    found = lstm(hub, tmp_path, "info", "hub:me/other")
    assert found.returncode == 4 and "config.json" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_language_model_has_its_perplexity(tmp_path: Path) -> None:
    report = LmReport.of(60.0, tokens=20, words=0, characters=50, bytes=50, lines=2)
    metrics = {"test": dataclasses.asdict(report)}
    found = hf(read_model(untrained_lm(tmp_path / "lm", metrics=metrics)))
    card = next(file.data for file in found if file.name == "README.md").decode()
    assert f"type: perplexity\n      value: {report.perplexity!r}" in card and card.count("value:") == 1


def test_the_package_is_named_where_it_is_missing(model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    for arguments in (["info", "hub:me/reviews"], ["push", str(model), "me/reviews"]):
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 2 and "pip install 'lstmcli[hub]'" in result.stderr
