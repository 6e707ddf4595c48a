"""A BiLSTM text classifier in plain PyTorch, as most people write it: the peer of the speed benchmarks.

A regular expression cuts lower-cased words and punctuation (and single Chinese characters), a dict numbers them;
nn.Embedding of 100, one bidirectional nn.LSTM of 128, the two last states, nn.Linear; random batches of 64 padded to
their longest text, fp32, Adam, cross-entropy.  It depends on torch alone.

    python benchmarks/plain_torch.py train train.csv --save plain.pt [--epochs 1 | --steps 100]
    python benchmarks/plain_torch.py predict plain.pt test.csv > labels.txt
    python benchmarks/plain_torch.py coldstart plain.pt --text "one text"

``train`` and ``predict`` print one line of JSON to stderr: documents per second of the loop alone, set-up left out.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
import sys
import time
from collections import Counter
from typing import Any

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader

PAD, UNKNOWN = 0, 1
TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|[^\w\s]")


def tokenize(text: str) -> list[str]:
    return TOKEN.findall(text.lower())


def read_csv(path: str) -> list[tuple[str, str]]:
    csv.field_size_limit(sys.maxsize)
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return [(row["label"], row["text"]) for row in csv.DictReader(file)]


class Classifier(nn.Module):
    def __init__(self, vocabulary: int, classes: int, embedding: int, hidden: int, packed: bool) -> None:
        super().__init__()
        self.packed = packed
        self.embedding = nn.Embedding(vocabulary, embedding, padding_idx=PAD)
        self.lstm = nn.LSTM(embedding, hidden, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(2 * hidden, classes)

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        embedded = self.embedding(ids)
        if self.packed:
            packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
            _, (state, _) = self.lstm(packed)
        else:
            _, (state, _) = self.lstm(embedded)
        logits: torch.Tensor = self.linear(torch.cat([state[0], state[1]], dim=1))
        return logits


def collate(batch: list[tuple[torch.Tensor, int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    lengths = torch.tensor([len(ids) for ids, _ in batch])
    ids = pad_sequence([ids for ids, _ in batch], batch_first=True, padding_value=PAD)
    return ids, lengths, torch.tensor([label for _, label in batch])


def to_ids(text: str, vocabulary: dict[str, int], longest: int) -> torch.Tensor:
    return torch.tensor([vocabulary.get(token, UNKNOWN) for token in tokenize(text)[:longest]] or [UNKNOWN])


def load(path: str, device: str) -> tuple[Classifier, dict[str, Any]]:
    saved = torch.load(path, map_location=device, weights_only=True)
    model = Classifier(**saved["shape"])
    model.load_state_dict(saved["weights"])
    return model.to(device).eval(), saved


def train(args: argparse.Namespace) -> None:
    torch.manual_seed(args.seed)
    rows = read_csv(args.data)
    counts = Counter(token for _, text in rows for token in tokenize(text))
    words = [word for word, _ in counts.most_common(args.vocabulary - 2)]
    vocabulary = {word: i for i, word in enumerate(words, start=2)}
    labels = sorted({label for label, _ in rows})
    number = {label: i for i, label in enumerate(labels)}
    dataset = [(to_ids(text, vocabulary, args.longest), number[label]) for label, text in rows]
    loader: DataLoader[Any] = DataLoader(dataset, batch_size=args.batch, shuffle=True, collate_fn=collate)  # type: ignore[arg-type]
    shape = {
        "vocabulary": len(words) + 2,
        "classes": len(labels),
        "embedding": args.embedding,
        "hidden": args.hidden,
        "packed": args.packed,
    }
    model = Classifier(**shape).to(args.device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    criterion = nn.CrossEntropyLoss()

    step = documents = 0
    start = time.perf_counter()
    for _ in range(args.epochs):
        for ids, lengths, gold in loader:
            optimizer.zero_grad()
            loss = criterion(model(ids.to(args.device), lengths), gold.to(args.device))
            loss.backward()
            optimizer.step()
            step += 1
            documents += len(gold)
            if step == args.steps:
                break
        if step == args.steps:
            break
    last_loss = loss.item()  # waits for the device
    seconds = time.perf_counter() - start
    report = {"documents": documents, "seconds": seconds, "rate": documents / seconds, "loss": last_loss}
    print(json.dumps(report), file=sys.stderr)
    torch.save({"shape": shape, "weights": model.state_dict(), "vocabulary": vocabulary, "labels": labels,
                "longest": args.longest}, args.save)  # fmt: skip


def predict(args: argparse.Namespace) -> None:
    model, saved = load(args.model, args.device)
    rows = read_csv(args.data)
    right = 0
    start = time.perf_counter()
    with torch.no_grad():
        for i in range(0, len(rows), args.batch):
            batch = rows[i : i + args.batch]
            dataset = [(to_ids(text, saved["vocabulary"], saved["longest"]), 0) for _, text in batch]
            ids, lengths, _ = collate(dataset)
            best = model(ids.to(args.device), lengths).softmax(dim=1).max(dim=1)
            for (gold, _), p, k in zip(batch, best.values.tolist(), best.indices.tolist(), strict=True):
                label = saved["labels"][k]
                right += label == gold
                print(f"{label}\t{p:.6f}")
    seconds = time.perf_counter() - start
    report = {"documents": len(rows), "seconds": seconds, "rate": len(rows) / seconds, "accuracy": right / len(rows)}
    print(json.dumps(report), file=sys.stderr)


def coldstart(args: argparse.Namespace) -> None:
    model, saved = load(args.model, "cpu")
    ids = to_ids(args.text, saved["vocabulary"], saved["longest"])
    with torch.no_grad():
        best = model(ids[None], torch.tensor([len(ids)])).softmax(dim=1).max(dim=1)
    print(f"{saved['labels'][best.indices.item()]}\t{best.values.item():.6f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, help="torch's own choice unless given")
    commands = parser.add_subparsers(required=True)

    command = commands.add_parser("train")
    command.set_defaults(call=train)
    command.add_argument("data")
    command.add_argument("--save", required=True)
    command.add_argument("--epochs", type=int, default=1)
    command.add_argument("--steps", type=int, default=0, help="stop after so many steps; 0: whole epochs")
    command.add_argument("--batch", type=int, default=64)
    command.add_argument("--embedding", type=int, default=100)
    command.add_argument("--hidden", type=int, default=128)
    command.add_argument("--vocabulary", type=int, default=30_000)
    command.add_argument("--longest", type=int, default=400, help="tokens kept of a text")
    command.add_argument("--packed", action="store_true", help="packed sequences: exact, and slower")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--device", default="cpu")

    command = commands.add_parser("predict")
    command.set_defaults(call=predict)
    command.add_argument("model")
    command.add_argument("data")
    command.add_argument("--batch", type=int, default=64)
    command.add_argument("--device", default="cpu")

    command = commands.add_parser("coldstart")
    command.set_defaults(call=coldstart)
    command.add_argument("model")
    command.add_argument("--text", required=True)

    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    args.call(args)


if __name__ == "__main__":
    main()
