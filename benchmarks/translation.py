"""Translators against plain PyTorch (plain_translation.py): training, translating, starting, and quality.

    python benchmarks/translation.py train                        target tokens per second of training
    python benchmarks/translation.py translate                    one sentence, a file, and one sentence from cold
    python benchmarks/translation.py quality --minutes 30         both trained for as long, and BLEU and chrF
    python benchmarks/translation.py quality --pairs en-zh        of one pair of languages

Both sides read the same tokens: ours writes the peer's files as ids between spaces, and turns its ids into text.
Training: 128 pairs a batch for the peer, about as many for ours, with the same sizes of network and vocabulary.
Translating: seconds per token of the translation, since two models don't write the same; models are trained for two
minutes, or given by --model and --plain.  Quality: the test files of Multi30k (2016, Flickr) and of Tatoeba, beam 5;
BLEU lower-cased and as it is, with sacrebleu's signatures.

Result: a JSON line in runs/benchmarks/translation.jsonl; the tables for RESULTS.md go to stdout.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from common import LSTM, ROOT, interleave, markdown_table, median, record, run, translation_file
from lstmcli.translation.config import TranslatorTokenizerConfig
from lstmcli.translation.data_check import Texts
from lstmcli.translation.defaults import resolve_tokenizer
from lstmcli.translation.metrics import bleu_of, chrf
from lstmcli.translation.predict import Translator
from lstmcli.translation.sides import Sides

PLAIN = [sys.executable, str(ROOT / "benchmarks" / "plain_translation.py")]
FOLDERS = {"de-en": "multi30k", "fr-en": "multi30k", "en-zh": "tatoeba_zh"}
BOUNDS = {"training": 2.0, "one sentence": 5.0, "a file": 10.0}
COLD_SECONDS, ASKED_BLEU = 0.5, {"de-en": 34.0, "fr-en": 45.0}
BEAM, ONE_BY_ONE = 5, 50


@dataclass
class Pair:
    """The files of a pair of languages, and the same as ids for the peer."""

    name: str
    folder: Path

    def file(self, part: str) -> str:
        return str(translation_file(f"{FOLDERS[self.name]}/{self.name}.{part}.csv"))

    def texts(self, part: str) -> Texts:
        with Path(self.file(part)).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return Texts([row["source"] for row in rows], [row["target"] for row in rows])

    def sides(self) -> Sides:
        """The tokenizers that ``lstm train`` makes of the training file."""
        texts = self.texts("train")
        return Sides.train(texts, resolve_tokenizer(TranslatorTokenizerConfig(), texts))

    def as_ids(self, part: str, sides: Sides, lines: int | None = None) -> tuple[str, str]:
        """Files of the ids of sources and targets, without their ends."""
        paths = []
        texts = self.texts(part)
        for side, encoder, own in zip(("source", "target"), sides, (texts.sources, texts.targets), strict=True):
            encoded = encoder.encode(list(islice(own, lines)))
            path = self.folder / f"{self.name}.{part}.{side}"
            path.write_text("".join(f"{' '.join(map(str, ids[:-1]))}\n" for ids in encoded), encoding="utf-8")
            paths.append(str(path))
        return paths[0], paths[1]


def last_json(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text.splitlines()[-1])
    return found


def our_training(pair: Pair, seconds: float, threads: Sequence[str]) -> Path:
    model = pair.folder / f"{pair.name}-ours"
    command = [LSTM, "train", pair.file("train"), "--valid", pair.file("valid"), "-o", str(model), "--force"]
    run([*command, "--time", f"{seconds:g}s", *threads])
    return model


def plain_training(pair: Pair, sides: Sides, threads: Sequence[str], *length: str) -> tuple[Path, dict[str, Any]]:
    source, target = pair.as_ids("train", sides)
    model = pair.folder / f"{pair.name}.pt"
    done = run([*PLAIN, "train", "--source", source, "--target", target, "--save", str(model), *length, *threads])
    return model, last_json(done.stderr)


def training(pair: Pair, rounds: int, seconds: float, threads: Sequence[str]) -> dict[str, float]:
    """Target tokens per second of the loop, set-up and validation left out."""
    sides = pair.sides()

    def ours() -> float:
        lines = (our_training(pair, seconds, threads) / "log.jsonl").read_text(encoding="utf-8").splitlines()
        return float([event for event in map(json.loads, lines) if event["event"] == "step"][-1]["rate"])

    def plain() -> float:
        minutes = ("--minutes", str(seconds / 60))
        return float(plain_training(pair, sides, threads, *minutes)[1]["tokens_per_second"])

    found = interleave(rounds, ours=ours, plain=plain)
    return {side: median(rates) for side, rates in found.items()}


def translating(
    pair: Pair, model: Path | None, plain: Path | None, rounds: int, threads: int | None
) -> dict[str, dict[str, float]]:
    """Seconds per token of the translation, the end among them; of a command from cold, seconds."""
    limit = [] if threads is None else ["--threads", str(threads)]
    model = model or our_training(pair, 120, limit)
    translator = Translator(model, threads=threads)
    plain = plain or plain_training(pair, translator.sides, limit, "--minutes", "2")[0]
    sources = list(pair.texts("test").sources)
    one = sources[0]
    ids, _ = pair.as_ids("test", translator.sides, ONE_BY_ONE)
    first = pair.folder / "first"
    first.write_text(Path(ids).read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")

    def per_token(parts: Sequence[Sequence[str]]) -> float:
        begin, tokens = time.perf_counter(), 0
        for part in parts:
            tokens += sum(found.candidates[0].tokens for found in translator.translations(list(part), beam=BEAM))
        return (time.perf_counter() - begin) / tokens

    def loop() -> float:
        done = last_json(run([*PLAIN, "translate", str(plain), "--source", ids, "--beam", str(BEAM), *limit]).stderr)
        return float(done["seconds"] / done["tokens"])

    warm = interleave(
        rounds,
        plain=loop,
        one=lambda: per_token([[source] for source in sources[:ONE_BY_ONE]]),
        file=lambda: per_token([sources]),
    )
    cold = interleave(
        3 * rounds,
        ours=lambda: run([LSTM, "translate", "-m", str(model), "--text", one, *limit]).seconds,
        plain=lambda: run([*PLAIN, "translate", str(plain), "--source", str(first), *limit]).seconds,
    )
    loops = median(warm["plain"])
    return {
        "one sentence": {"ours": median(warm["one"]), "plain": loops},
        "a file": {"ours": median(warm["file"]), "plain": loops},
        "cold": {side: median(times) for side, times in cold.items()},
    }


def quality(pair: Pair, minutes: float, threads: Sequence[str], lines: int | None) -> dict[str, Any]:
    """Both trained for as long, one after the other, and scored on the test file."""
    test = pair.texts("test")
    test = Texts(list(islice(test.sources, lines)), list(islice(test.targets, lines)))
    model = our_training(pair, 60 * minutes, threads)
    translator = Translator(model)
    ours = translator.translate(test.sources, beam=BEAM)
    plain, done = plain_training(pair, translator.sides, threads, "--minutes", str(minutes))
    source, _ = pair.as_ids("test", translator.sides, lines)
    out = run([*PLAIN, "translate", str(plain), "--source", source, "--beam", str(BEAM), *threads]).stdout
    target = translator.sides.target
    theirs = [target.decode([int(word) for word in line.split() if word.isdigit()]) for line in out.splitlines()]
    scores = {"ours": scores_of(ours, test.targets), "plain": scores_of(theirs, test.targets)}
    trained = json.loads((model / "config.json").read_text(encoding="utf-8"))["metrics"]
    return {**scores, "minutes": minutes, "plain_epochs": done["epochs"], "valid": trained.get("valid", {})}


def scores_of(texts: Sequence[str], references: Collection[str]) -> dict[str, Any]:
    result: dict[str, Any] = {"chrf": chrf(texts, references)}
    for name, lowercase in (("bleu_lower", True), ("bleu", False)):
        metric = bleu_of(references, lowercase=lowercase)
        result[name] = float(metric.corpus_score(list(texts), [list(references)]).score)
        result[f"{name}_signature"] = str(metric.get_signature())
    return result


def speed_table(result: dict[str, Any]) -> str:
    rows: list[tuple[str, ...]] = []

    def row(what: str, plain: float, ours: float, unit: str, bound: float) -> None:
        ratio = plain / ours
        verdict = f"{bound:g}: {'yes' if ratio >= bound else 'no'}"
        rows.append((what, f"{1 / plain:,.0f} {unit}", f"{1 / ours:,.0f} {unit}", f"**{ratio:.1f}**", verdict))

    if "train" in result:
        found = result["train"]
        row("training", 1 / found["plain"], 1 / found["ours"], "tokens/s", BOUNDS["training"])
    for name in ("one sentence", "a file"):
        if found := result.get("translate", {}).get(name):
            row(f"translating {name}, beam {BEAM}", found["plain"], found["ours"], "tokens/s", BOUNDS[name])
    if "translate" in result:
        cold = result["translate"]["cold"]
        verdict = f"{COLD_SECONDS} s: {'yes' if cold['ours'] < COLD_SECONDS else 'no'}"
        times = (f"{cold['plain']:.2f} s", f"{cold['ours']:.2f} s", f"**{cold['plain'] / cold['ours']:.1f}**")
        rows.append(("one sentence from cold", *times, verdict))
    return markdown_table(("", "plain PyTorch", "`lstm`", "times", "asked"), rows)


def quality_table(result: dict[str, Any]) -> str:
    rows, signatures = [], dict[str, None]()
    for name, found in result.items():
        for side, title in (("ours", "`lstm`"), ("plain", "plain PyTorch")):
            scores = found[side]
            asked = f"{ASKED_BLEU[name]:g}" if side == "ours" and name in ASKED_BLEU else ""
            figures = (f"{scores[key]:.2f}" for key in ("bleu_lower", "bleu", "chrf"))
            rows.append((name, title, f"{found['minutes']:g}", *figures, asked))
            signatures |= dict.fromkeys((scores["bleu_lower_signature"], scores["bleu_signature"]))
    header = ("pair", "model", "minutes", "BLEU, lower-cased", "BLEU", "chrF", "asked")
    return markdown_table(header, rows) + "\n\n" + "\n".join(f"`{signature}`" for signature in signatures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="train, translate, quality; all by default")
    parser.add_argument("--pairs", nargs="+", choices=tuple(FOLDERS), default=list(FOLDERS), help="of quality")
    parser.add_argument("--minutes", type=float, default=30, help="of training, for quality")
    parser.add_argument("--lines", type=int, help="of the test file; all by default")
    parser.add_argument("--seconds", type=float, default=60, help="of each training, for its rate")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--model", type=Path, help="our model of de-en for translating")
    parser.add_argument("--plain", type=Path, help="and that of plain_translation.py, of the same tokens")
    args = parser.parse_args()
    parts = args.parts or ["train", "translate", "quality"]
    limit = [] if args.threads is None else ["--threads", str(args.threads)]
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        pair = Pair("de-en", Path(name))
        if "train" in parts:
            result["train"] = training(pair, args.rounds, args.seconds, limit)
        if "translate" in parts:
            result["translate"] = translating(pair, args.model, args.plain, args.rounds, args.threads)
        if "quality" in parts:
            result["quality"] = {
                each: quality(Pair(each, Path(name)), args.minutes, limit, args.lines) for each in args.pairs
            }
    record("translation", result)
    print(json.dumps(result, indent=2))
    if result.keys() & {"train", "translate"}:
        print(speed_table(result))
    if "quality" in result:
        print(quality_table(result["quality"]))


if __name__ == "__main__":
    main()
