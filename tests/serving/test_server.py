"""``lstm serve`` as a process: answers, refusals, replaced models and the end."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lstmcli.cli.app import app
from lstmcli.exporting.write import made
from support.lm_models import untrained_lm
from support.models import TEXTS, untrained_model
from support.replacing import write
from support.schemas import conforms
from support.served import Server, events, serving

TOKEN = "a-token-of-more-than-16-characters"
LONG = {"prompt": "the", "temperature": 0, "max_tokens": 100_000, "stream": True}
"""A text that takes minutes."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("served")
    untrained_model(found / "cls")
    untrained_model(found / "other", labels=("yes", "no"))
    untrained_lm(found / "lm")
    untrained_lm(found / "chars", "char")
    (found / "token").write_text(TOKEN + "\n", encoding="utf-8")
    (found / "token").chmod(0o600)
    return found


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with serving("cls", "second=other", "lm", cwd=folder) as found:
        yield found


def printed(folder: Path, *arguments: str) -> Any:
    result = CliRunner().invoke(app, [*arguments, "--format", "json"])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_answers_are_those_of_the_commands(server: Server, folder: Path) -> None:
    texts = [option for text in TEXTS for option in ("--text", text)]
    found = server.post("/classify", {"model": "cls", "texts": list(TEXTS), "top": 2})
    assert found.json == printed(folder, "classify", "-m", str(folder / "cls"), *texts, "--top", "2")
    conforms("classify", found.body.decode())
    found = server.post("/models/lm/perplexity", {"texts": "the cat sat"})
    assert found.json == printed(folder, "perplexity", "-m", str(folder / "lm"), "--text", "the cat sat")
    found = server.post("/perplexity", {"texts": "the cat sat", "per": "word"})
    assert found.json == printed(
        folder, "perplexity", "-m", str(folder / "lm"), "--text", "the cat sat", "--per", "word"
    )
    found = server.post("/generate", {"prompt": "the", "n": 2, "seed": 7, "max_tokens": 4})
    options = ("-n", "2", "--seed", "7", "--max-tokens", "4", "--engine", "onnx")
    assert found.json == printed(folder, "generate", "the", "-m", str(folder / "lm"), *options)


def test_classify_says_how_unlike_the_training_texts_a_text_is(server: Server, folder: Path) -> None:
    texts, asked = ["a lovely room", "the the the zzz qqq"], ("classify", "-m", str(folder / "cls"))
    given = [option for text in texts for option in ("--text", text)]
    found = server.post("/models/cls/classify", {"texts": texts, "novelty": True})
    assert found.json == printed(folder, *asked, *given, "--novelty") and "novelty" in found.json[0]
    new = [each["novelty"] > 0 for each in found.json]
    found = server.post("/models/cls/classify", {"texts": texts, "max_novelty": 0})
    assert found.json == printed(folder, *asked, *given, "--max-novelty", "0")
    assert [each["label"] is None for each in found.json] == new and any(new)


def test_requests_that_come_together_do_not_change_each_other(server: Server) -> None:
    asked = [{"prompt": "the", "seed": seed, "max_tokens": 5} for seed in range(12)]
    alone = [server.post("/generate", one).json for one in asked]
    found: dict[int, Any] = {}

    def ask(seed: int) -> None:
        found[seed] = server.post("/generate", asked[seed]).json

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [found[seed] for seed in range(12)] == alone


def test_a_stream_has_the_pieces_of_the_text(server: Server) -> None:
    body = {"prompt": "the", "seed": 3, "max_tokens": 6}
    (whole,) = server.post("/generate", body).json
    stream = list(events(server.begin("/generate", {**body, "stream": True})))
    assert "".join(data["text"] for kind, data in stream if kind == "piece") == whole["text"]
    assert [data for kind, data in stream if kind == "text"] == [whole]
    assert stream[-1] == ("done", {})


def test_warnings_about_a_prompt_are_sent(server: Server) -> None:
    found = server.post("/generate", {"prompt": "zzz", "max_tokens": 1})
    assert "unknown" in found.headers["lstm-warnings"]


@pytest.mark.parametrize(
    ("path", "body", "status", "message"),
    [
        ("/classify", {"texts": ["a"]}, 422, "does not say which model"),
        ("/classify", {"model": "lm", "texts": ["a"]}, 404, "no model 'lm'"),
        ("/models/cls/classify", {"model": "second", "texts": []}, 422, "the path names"),
        ("/models/cls/classify", {"texts": 3}, 422, "texts: should be a text or a list of texts"),
        ("/models/cls/classify", {"texts": ["a"], "tops": 2}, 422, "tops: there is no such field"),
        ("/models/cls/classify", {"texts": ["a"], "top": "2"}, 422, "top: input should be a valid integer"),
        ("/models/cls/classify", {"texts": ["a"], "max_novelty": 2}, 422, "max_novelty"),
        ("/models/cls/classify", b"[" * 5000, 400, "not valid JSON"),
        ("/models/cls/classify", {"texts": ["a"] * 1001}, 413, "1,000 texts"),
        ("/models/cls/classify", {"texts": ["a" * 1_000_001]}, 413, "1,000,000 bytes"),
        ("/generate", {"beams": 2, "temperature": 1}, 422, "beams searches instead of sampling"),
        ("/generate", {"prompt": "a" * 30_000}, 422, "20,000 characters"),
        ("/perplexity", {"texts": "a", "per": "page"}, 422, "per must be one of"),
        ("/perplexity", {"texts": []}, 422, "there is no text"),
        ("/perplexity", {"texts": "a", "stream": True, "lines": True, "per": "line"}, 422, ""),
        ("/nowhere", {}, 404, "no such path"),
    ],
)
def test_what_is_wrong_is_said(server: Server, path: str, body: Any, status: int, message: str) -> None:
    found = server.post(path, body)
    if message:
        assert found.status == status
        assert message in found.json["error"]["message"]
    assert server.get("/health").status == 200


def test_other_sites_cannot_use_a_server_of_this_machine(server: Server) -> None:
    assert server.post("/classify", {"texts": []}, Host="evil.example").status == 421
    found = server.post("/classify", {"texts": []}, **{"Content-Type": "text/plain"})
    assert found.status == 415
    page = server.get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert b"<script>" not in page.body and b"style=" not in page.body


def test_a_model_runs_in_the_browser(server: Server, folder: Path) -> None:
    assert {one["name"]: one["page"] for one in server.get("/models").json} == dict.fromkeys(
        ("cls", "second", "lm"), True
    )
    for name, own in (("cls", "cls"), ("second", "other"), ("lm", "lm")):
        found = server.get(f"/models/{name}/page")
        assert found.status == 200 and found.body == made(folder / own, "html")[0].data
        policy = found.headers["content-security-policy"]  # one: two would allow only what both allow
        assert "script-src 'sha256-" in policy and "'self'" not in policy and "frame-ancestors 'none'" in policy
        assert policy.removesuffix("; frame-ancestors 'none'").encode() in found.body
    missing = server.get("/models/none/page")
    assert missing.status == 404 and "there is no model 'none'" in missing.json["error"]["message"]


def test_surrogates_and_control_characters_are_texts(server: Server) -> None:
    body = b'{"model": "cls", "texts": ["\\ud800 x", "\\u0000", "\\u001b[31m"]}'
    assert len(server.post("/classify", body).json) == 3


def test_what_the_server_is_asked_is_documented(server: Server) -> None:
    described = server.get("/openapi.json").json
    assert {"/classify", "/models/{name}/classify", "/generate", "/perplexity"} <= set(described["paths"])
    answer = described["paths"]["/classify"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer["items"]["$ref"].rpartition("/")[2] in described["components"]["schemas"]
    page = server.get("/docs").body.decode()
    assert "/models/{name}/perplexity" in page and "match_corpus" in page
    assert [model["name"] for model in server.get("/models").json] == ["cls", "second", "lm"]


def test_metrics_count_requests(server: Server) -> None:
    server.post("/models/cls/classify", {"texts": ["a", "b"]})
    text = server.get("/metrics").body.decode()
    assert 'lstm_requests_total{operation="classify",model="cls",status="200"}' in text
    assert "lstm_requests_running 0" in text


def test_a_token_is_asked_for(folder: Path) -> None:
    with serving("cls", "--token-file", "token", cwd=folder) as server:
        assert server.post("/classify", {"texts": ["a"]}).status == 401
        assert server.get("/models").status == server.get("/metrics").status == 401
        assert server.get("/").status == server.get("/health").status == 200
        wrong = server.post("/classify", {"texts": ["a"]}, Authorization="Bearer " + "x" * len(TOKEN))
        assert wrong.status == 401 and wrong.headers["www-authenticate"] == "Bearer"
        assert server.post("/classify", {"texts": ["a"]}, Authorization=f"Bearer {TOKEN}").status == 200


@pytest.mark.parametrize(("text", "mode"), [("short", 0o600), ("two words of a token", 0o600), (TOKEN, 0o644)])
def test_a_token_file_that_protects_nothing_is_refused(folder: Path, tmp_path: Path, text: str, mode: int) -> None:
    (tmp_path / "token").write_text(text, encoding="utf-8")
    (tmp_path / "token").chmod(mode)
    arguments = ["serve", str(folder / "cls"), "--port", "0", "--token-file", str(tmp_path / "token")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2 and "token" in result.stderr


def test_too_many_and_too_long_requests_are_refused_and_the_server_goes_on(folder: Path) -> None:
    with serving("chars", "--max-requests", "1", "--timeout", "2", cwd=folder) as server:
        stream = server.begin("/generate", LONG)
        found = events(stream)
        assert next(found)[0] == "piece"
        busy = server.post("/perplexity", {"texts": "the"})
        assert busy.status == 503 and busy.headers["retry-after"] == "1"
        assert server.get("/ready").status == 200
        kind, data = list(found)[-1]
        assert kind == "error" and data["error"]["status"] == 504
        slow = server.post("/generate", {**LONG, "stream": False})
        assert slow.status == 504 and "longer than 2 seconds" in slow.json["error"]["message"]
        assert server.post("/perplexity", {"texts": "the"}).status == 200


def test_a_reader_that_leaves_frees_its_place(folder: Path) -> None:
    with serving("chars", "--max-requests", "1", cwd=folder) as server:
        stream = server.begin("/generate", LONG)
        assert next(events(stream))[0] == "piece"
        stream.close()
        for _ in range(600):
            found = server.post("/perplexity", {"texts": "the"})
            if found.status == 200:
                break
            threading.Event().wait(0.05)
        assert found.status == 200


def test_the_end_is_gentle(folder: Path) -> None:
    with serving("chars", "--timeout", "1", cwd=folder) as server:
        found = events(server.begin("/generate", LONG))
        assert next(found)[0] == "piece"
        server.process.send_signal(signal.SIGTERM)
        assert list(found)[-1][0] == "error"  # it was answered up to its limit of time
        assert server.process.wait(60) == 0


def test_a_replaced_model_is_loaded_and_no_request_is_lost(tmp_path: Path) -> None:
    untrained_model(tmp_path / "model", labels=("old", "older"))
    new = untrained_model(tmp_path / "new", labels=("new", "newer"))
    with serving("model", cwd=tmp_path) as server:
        statuses: set[int] = set()
        labels: set[str] = set()
        ended = threading.Event()

        def ask() -> None:
            while not ended.is_set():
                answer = server.post("/classify", {"texts": list(TEXTS)})
                statuses.add(answer.status)
                sets = {tuple(sorted(one["probabilities"])) for one in answer.json}
                assert len(sets) == 1  # all of one answer is of one model
                labels.update(next(iter(sets)))

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        write(tmp_path / "model", 0, [new])
        for _ in range(600):
            if "new" in labels:
                break
            threading.Event().wait(0.05)
        ended.set()
        for thread in threads:
            thread.join(60)
        assert statuses == {200}
        assert labels == {"old", "older", "new", "newer"}
        (tmp_path / "model" / "config.json").write_text("{}", encoding="utf-8")  # damaged: the one in memory stays
        threading.Event().wait(1.5)
        assert server.post("/classify", {"texts": ["a"]}).status == 200


def test_a_port_that_is_taken_is_said(server: Server, folder: Path) -> None:
    result = CliRunner().invoke(app, ["serve", str(folder / "cls"), "--port", str(server.port)])
    assert result.exit_code == 1 and "cannot listen on" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cls", "cls"], "two models are called"),
        (["a/b=cls"], "does not name a model"),
        (["cls", "--port", "70000"], "port must be"),
        (["cls", "--max-requests", "0"], "max-requests must be"),
        (["cls", "--timeout", "0"], "timeout must be"),
    ],
)
def test_wrong_options_are_usage_errors(
    arguments: list[str], message: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(app, ["serve", *arguments])
    assert result.exit_code == 2 and message in result.stderr


def test_the_extra_is_named_where_it_is_missing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "uvicorn", None)
    result = CliRunner().invoke(app, ["serve", str(folder / "cls"), "--port", "0"])
    assert result.exit_code == 2 and "pip install fastapi uvicorn" in result.stderr
