"""A word-level LSTM language model in plain PyTorch, as tutorials write it: the peer of the language-model benchmarks.

nn.Embedding, nn.LSTM, nn.Linear; 20 streams, windows of 35, SGD at 20 with the gradient clipped at 0.25, dropout 0.2,
fp32: the settings that word-level examples are usually shown with.  It depends on torch alone.

    python benchmarks/plain_lm.py train train.txt valid.txt --save plain.pt [--epochs 1 | --tokens 300000]
    python benchmarks/plain_lm.py score plain.pt test.txt
    python benchmarks/plain_lm.py generate plain.pt --tokens 200
    python benchmarks/plain_lm.py coldstart plain.pt --text "one line"
    python benchmarks/plain_lm.py random --vocabulary 10000 --hidden 650 --save plain.pt     weights for ``generate``

Each prints one line of JSON to stderr; rates are of the loop alone, set-up left out.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

END, UNKNOWN = "<eos>", "<unk>"


class Model(nn.Module):
    def __init__(self, vocabulary: int, embedding: int, hidden: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.sizes = (vocabulary, embedding, hidden, layers, dropout)
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(vocabulary, embedding)
        self.lstm = nn.LSTM(embedding, hidden, layers, dropout=dropout)
        self.decoder = nn.Linear(hidden, vocabulary)
        for weight in (self.encoder.weight, self.decoder.weight):
            nn.init.uniform_(weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)

    def forward(self, ids: torch.Tensor, state: Any = None) -> tuple[torch.Tensor, Any]:
        output, state = self.lstm(self.drop(self.encoder(ids)), state)
        logits: torch.Tensor = self.decoder(self.drop(output))
        return logits, state


def read(path: str, words: dict[str, int], grow: bool) -> torch.Tensor:
    ids = []
    with Path(path).open(encoding="utf-8") as file:
        for line in file:
            for word in [*line.split(), END]:
                if grow:
                    words.setdefault(word, len(words))
                ids.append(words.get(word, words.get(UNKNOWN, 0)))
    return torch.tensor(ids)


def streams(ids: torch.Tensor, batch: int) -> torch.Tensor:
    n = len(ids) // batch
    return ids[: n * batch].view(batch, n).t().contiguous()


def evaluate(model: Model, ids: torch.Tensor, batch: int = 10) -> float:
    """Perplexity; the text in ``batch`` streams."""
    model.eval()
    data, total, state = streams(ids, batch), 0.0, None
    with torch.no_grad():
        for start in range(0, len(data) - 1, 35):
            end = min(start + 35, len(data) - 1)
            logits, state = model(data[start:end], state)
            target = data[start + 1 : end + 1].reshape(-1)
            total += functional.cross_entropy(logits.view(-1, logits.shape[-1]), target).item() * (end - start)
    return math.exp(total / (len(data) - 1))


def train(args: argparse.Namespace) -> dict[str, object]:
    words: dict[str, int] = {}
    ids = read(args.train, words, grow=True)
    valid = read(args.valid, words, grow=False)
    model = Model(len(words), args.hidden, args.hidden, args.layers, 0.2)
    data, seen, seconds, best = streams(ids, 20), 0, 0.0, math.inf
    rate, most = 20.0, args.tokens or math.inf
    for _ in range(args.epochs):
        model.train()
        state, begin = None, time.perf_counter()
        for start in range(0, len(data) - 1, 35):
            end = min(start + 35, len(data) - 1)
            if state is not None:
                state = tuple(part.detach() for part in state)
            model.zero_grad()
            logits, state = model(data[start:end], state)
            loss = functional.cross_entropy(logits.view(-1, logits.shape[-1]), data[start + 1 : end + 1].reshape(-1))
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 0.25)
            for p in model.parameters():
                p.data.add_(p.grad, alpha=-rate)  # type: ignore[arg-type]
            loss.item()
            seen += (end - start) * 20
            if seen >= most:
                break
        seconds += time.perf_counter() - begin
        found = evaluate(model, valid)
        rate, best = (rate, found) if found < best else (rate / 4, best)
        if seen >= most:
            break
    if args.save:
        torch.save({"words": words, "sizes": model.sizes, "state": model.state_dict()}, args.save)
    return {"tokens": seen, "seconds": seconds, "rate": seen / seconds, "perplexity": best, "vocabulary": len(words)}


def load(path: str) -> tuple[Model, dict[str, int]]:
    saved = torch.load(path)
    model = Model(*saved["sizes"])
    model.load_state_dict(saved["state"])
    return model.eval(), saved["words"]


def score(args: argparse.Namespace) -> dict[str, object]:
    model, words = load(args.model)
    begin = time.perf_counter()
    ids = read(args.text, words, grow=False)
    found = evaluate(model, ids, 1)
    seconds = time.perf_counter() - begin
    return {"tokens": len(ids), "seconds": seconds, "rate": len(ids) / seconds, "perplexity": found}


def generate(args: argparse.Namespace) -> dict[str, object]:
    model, words = load(args.model)
    names = list(words)
    ids, state, made = torch.zeros(1, 1, dtype=torch.long), None, []
    with torch.no_grad():
        model(ids)  # warms up
        begin = time.perf_counter()
        for _ in range(args.tokens):
            logits, state = model(ids, state)
            ids = torch.multinomial(logits[0, 0].softmax(-1), 1).view(1, 1)
            made.append(names[int(ids.item())])
        seconds = time.perf_counter() - begin
    print(" ".join(made))
    return {"tokens": args.tokens, "seconds": seconds, "rate": args.tokens / seconds}


def coldstart(args: argparse.Namespace) -> dict[str, object]:
    model, words = load(args.model)
    ids = torch.tensor([words.get(word, words.get(UNKNOWN, 0)) for word in [END, *args.line.split(), END]])
    found = evaluate(model, ids, 1)
    print(found)
    return {"perplexity": found}


def random(args: argparse.Namespace) -> dict[str, object]:
    model = Model(args.vocabulary, args.hidden, args.hidden, args.layers, 0.0)
    words = {END: 0, UNKNOWN: 1} | {f"word{i}": i for i in range(2, args.vocabulary)}
    torch.save({"words": words, "sizes": model.sizes, "state": model.state_dict()}, args.save)
    return {"parameters": sum(p.numel() for p in model.parameters())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)

    def command(name: str, work: Callable[[argparse.Namespace], object], *positional: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name)
        for argument in positional:
            sub.add_argument(argument)
        sub.set_defaults(work=work)
        return sub

    for name, work, positional in (
        ("train", train, ("train", "valid")),
        ("score", score, ("model", "text")),
        ("generate", generate, ("model",)),
        ("coldstart", coldstart, ("model",)),
        ("random", random, ()),
    ):
        sub = command(name, work, *positional)
        sub.add_argument("--save")
        sub.add_argument("--epochs", type=int, default=1)
        sub.add_argument("--tokens", type=int, default=200 if name == "generate" else None)
        sub.add_argument("--hidden", type=int, default=200)
        sub.add_argument("--layers", type=int, default=2)
        sub.add_argument("--vocabulary", type=int, default=10_000)
        sub.add_argument("--text", dest="line", default="the cat sat on the mat")
    args = parser.parse_args()
    torch.manual_seed(1)
    print(json.dumps(args.work(args)), file=sys.stderr)


if __name__ == "__main__":
    main()
