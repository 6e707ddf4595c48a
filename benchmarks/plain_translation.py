"""An LSTM translator with attention in plain PyTorch, as tutorials write it: the peer of the translation benchmarks.

A bidirectional nn.LSTM over packed sources, additive attention (Bahdanau et al. 2015), an nn.LSTM decoder that a loop
calls for one token after the other, nn.Linear over the vocabulary, cross-entropy that ignores padding; random batches,
Adam at 0.001, gradients clipped at 1, dropout 0.5, fp32, teacher forcing.  It depends on torch alone.

Texts are lines of tokens between spaces, so that it reads the same tokens as its rival.

    python benchmarks/plain_translation.py train --source a.de --target a.en --save plain.pt [--minutes 10 | --steps 50]
    python benchmarks/plain_translation.py translate plain.pt --source b.de [--beam 5] > b.en
    python benchmarks/plain_translation.py random --source-words 5000 --target-words 5000 --save plain.pt

Each prints one line of JSON to stderr; rates are of the loop alone, set-up left out.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

PAD, UNKNOWN, START, END = range(4)
SPECIAL = ["<pad>", "<unk>", "<s>", "</s>"]
State = tuple[torch.Tensor, torch.Tensor]


class Encoder(nn.Module):
    def __init__(self, words: int, embedding: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, embedding, padding_idx=PAD)
        self.lstm = nn.LSTM(embedding, hidden // 2, bidirectional=True, batch_first=True)
        self.to_h, self.to_c = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden)
        self.dropout = nn.Dropout(dropout)

    def forward(self, source: torch.Tensor, lengths: torch.Tensor) -> tuple[torch.Tensor, State]:
        packed = pack_padded_sequence(
            self.dropout(self.embedding(source)), lengths, batch_first=True, enforce_sorted=False
        )
        outputs, (h, c) = self.lstm(packed)
        outputs, _ = pad_packed_sequence(outputs, batch_first=True)
        h, c = torch.cat([h[0], h[1]], dim=1), torch.cat([c[0], c[1]], dim=1)
        return outputs, (torch.tanh(self.to_h(h))[None], torch.tanh(self.to_c(c))[None])


class Attention(nn.Module):
    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.attention = nn.Linear(2 * hidden, hidden)
        self.v = nn.Linear(hidden, 1, bias=False)

    def forward(self, h: torch.Tensor, outputs: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        repeated = h[:, None].expand(-1, outputs.shape[1], -1)
        energy = torch.tanh(self.attention(torch.cat([repeated, outputs], dim=2)))
        return torch.softmax(self.v(energy)[..., 0].masked_fill(~mask, -1e10), dim=1)


class Decoder(nn.Module):
    def __init__(self, words: int, embedding: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, embedding, padding_idx=PAD)
        self.attention = Attention(hidden)
        self.lstm = nn.LSTM(embedding + hidden, hidden, batch_first=True)
        self.output = nn.Linear(2 * hidden + embedding, words)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, words: torch.Tensor, state: State, outputs: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, State]:
        """The logits of the next words, after one step."""
        embedded = self.dropout(self.embedding(words))[:, None]
        weights = self.attention(state[0][0], outputs, mask)
        context = torch.bmm(weights[:, None], outputs)
        output, state = self.lstm(torch.cat([embedded, context], dim=2), state)
        return self.output(torch.cat([output, context, embedded], dim=2)[:, 0]), state


class Translator(nn.Module):
    def __init__(self, source_words: int, target_words: int, embedding: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.sizes = (source_words, target_words, embedding, hidden, dropout)
        self.encoder = Encoder(source_words, embedding, hidden, dropout)
        self.decoder = Decoder(target_words, embedding, hidden, dropout)

    def forward(self, source: torch.Tensor, lengths: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        outputs, state = self.encoder(source, lengths)
        mask = source != PAD
        logits = []
        for t in range(target.shape[1] - 1):
            step, state = self.decoder(target[:, t], state, outputs, mask)
            logits.append(step)
        return torch.stack(logits, dim=1)


def vocabulary(lines: list[list[str]]) -> dict[str, int]:
    counts = Counter(word for line in lines for word in line)
    return {word: i for i, word in enumerate([*SPECIAL, *(word for word, _ in counts.most_common())])}


def read(path: str) -> list[list[str]]:
    return [line.split() for line in Path(path).read_text(encoding="utf-8").splitlines()]


def ids(lines: list[list[str]], words: dict[str, int], *, start: bool) -> list[torch.Tensor]:
    return [torch.tensor([START] * start + [words.get(word, UNKNOWN) for word in line] + [END]) for line in lines]


def train(args: argparse.Namespace) -> dict[str, object]:
    sources, targets = read(args.source), read(args.target)
    words = (vocabulary(sources), vocabulary(targets))
    pairs = list(zip(ids(sources, words[0], start=False), ids(targets, words[1], start=True), strict=True))
    model = Translator(len(words[0]), len(words[1]), args.embedding, args.hidden, args.dropout)
    optimizer = torch.optim.Adam(model.parameters(), lr=args.rate)
    begin, warm, steps, tokens, loss = time.perf_counter(), 0.0, 0, 0, torch.zeros(())

    def over() -> bool:
        late = args.minutes and time.perf_counter() - begin > 60 * args.minutes
        return bool(late or (args.steps and steps >= args.steps))

    model.train()
    while not over():
        random.shuffle(pairs)
        for first in range(0, len(pairs), args.batch):
            batch = pairs[first : first + args.batch]
            source = pad_sequence([s for s, _ in batch], batch_first=True, padding_value=PAD)
            target = pad_sequence([t for _, t in batch], batch_first=True, padding_value=PAD)
            lengths = torch.tensor([len(s) for s, _ in batch])
            logits = model(source, lengths, target)
            loss = functional.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten(), ignore_index=PAD)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            steps += 1
            if steps == args.warm:
                warm, tokens = time.perf_counter() - begin, 0
            tokens += sum(len(t) - 1 for _, t in batch) if steps != args.warm else 0
            if over():
                break
    seconds = time.perf_counter() - begin
    torch.save({"sizes": model.sizes, "words": words, "model": model.state_dict()}, args.save)
    epochs = steps * args.batch / len(pairs)
    rate = tokens / (seconds - warm)
    return {"tokens_per_second": rate, "seconds": seconds, "steps": steps, "epochs": epochs, "loss": loss.item()}


def load(path: str) -> tuple[Translator, tuple[dict[str, int], dict[str, int]]]:
    saved = torch.load(path, weights_only=True)
    model = Translator(*saved["sizes"])
    model.load_state_dict(saved["model"])
    return model.eval(), saved["words"]


@torch.no_grad()
def beam_search(model: Translator, source: torch.Tensor, beam: int) -> list[int]:
    """The best hypothesis by log-probability per word."""
    outputs, state = model.encoder(source[None], torch.tensor([len(source)]))
    mask = torch.ones(1, len(source), dtype=torch.bool)
    open_: list[tuple[float, list[int]]] = [(0.0, [START])]
    complete: list[tuple[float, list[int]]] = []
    for _ in range(3 * len(source) + 30):
        B = len(open_)
        last = torch.tensor([hypothesis[-1] for _, hypothesis in open_])
        logits, state = model.decoder(last, state, outputs.expand(B, -1, -1), mask.expand(B, -1))
        log_p = torch.log_softmax(logits, dim=1) + torch.tensor([score for score, _ in open_])[:, None]
        best, places = log_p.flatten().topk(beam)
        following, rows = list[tuple[float, list[int]]](), []
        for score, place in zip(best.tolist(), places.tolist(), strict=True):
            row, word = divmod(place, log_p.shape[1])
            hypothesis = [*open_[row][1], word]
            if word == END:
                complete.append((score / len(hypothesis), hypothesis))
            else:
                following.append((score, hypothesis))
                rows.append(row)
        if not following or len(complete) >= beam:
            break
        open_, state = following, (state[0][:, rows], state[1][:, rows])
    found = max(complete) if complete else max(open_)
    return [word for word in found[1] if word not in (START, END)]


def translate(args: argparse.Namespace) -> dict[str, object]:
    model, words = load(args.model)
    names = list(words[1])
    sources = ids(read(args.source), words[0], start=False)
    seconds, tokens = list[float](), 0
    for source in sources:
        begin = time.perf_counter()
        found = beam_search(model, source, args.beam)
        seconds.append(time.perf_counter() - begin)
        tokens += len(found) + 1
        print(" ".join(names[i] for i in found), flush=True)
    return {
        "seconds": sum(seconds),
        "lines": len(sources),
        "tokens": tokens,
        "median": sorted(seconds)[len(seconds) // 2],
    }


def untrained(args: argparse.Namespace) -> dict[str, object]:
    model = Translator(args.source_words, args.target_words, args.embedding, args.hidden, args.dropout)
    words = tuple(
        {word: i for i, word in enumerate([*SPECIAL, *map(str, range(size - len(SPECIAL)))])}
        for size in (args.source_words, args.target_words)
    )
    torch.save({"sizes": model.sizes, "words": words, "model": model.state_dict()}, args.save)
    return {"parameters": sum(p.numel() for p in model.parameters())}


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = result.add_subparsers(dest="command", required=True)

    def command(name: str, run: Any) -> argparse.ArgumentParser:
        one = commands.add_parser(name)
        one.set_defaults(run=run)
        one.add_argument("--threads", type=int)
        return one

    def sizes(one: argparse.ArgumentParser) -> None:
        one.add_argument("--embedding", type=int, default=256)
        one.add_argument("--hidden", type=int, default=512)
        one.add_argument("--dropout", type=float, default=0.5)
        one.add_argument("--save", required=True)

    one = command("train", train)
    sizes(one)
    one.add_argument("--source", required=True)
    one.add_argument("--target", required=True)
    one.add_argument("--batch", type=int, default=128)
    one.add_argument("--rate", type=float, default=1e-3)
    one.add_argument("--minutes", type=float)
    one.add_argument("--steps", type=int)
    one.add_argument("--warm", type=int, default=3, help="steps that are not counted in the rate")
    one = command("translate", translate)
    one.add_argument("model")
    one.add_argument("--source", required=True)
    one.add_argument("--beam", type=int, default=5)
    one = command("random", untrained)
    sizes(one)
    one.add_argument("--source-words", type=int, default=5000)
    one.add_argument("--target-words", type=int, default=5000)
    return result


def main() -> None:
    args = parser().parse_args()
    torch.manual_seed(1)
    random.seed(1)
    if args.threads:
        torch.set_num_threads(args.threads)
    print(json.dumps(args.run(args)), file=sys.stderr)


if __name__ == "__main__":
    main()
