"""Labels as columns of 0 and 1, and columns that only look so."""

from __future__ import annotations

from collections.abc import Callable

from fileforms.model import Case, Maker, Refused, Want, classify, form, pairs, several

NAMES = ("joy", "anger", "love", "fear")


def _one_hot(
    m: Maker,
    names: tuple[str, ...],
    mark: Callable[[bool], object],
    header: tuple[str, ...] = ("text",),
    count: int = 150,
) -> Case:
    texts = m.texts("tweet", count)
    held = [[m.random.random() < 0.35 for _ in names] for _ in texts]
    labels = [tuple(n for n, h in zip(names, row, strict=True) if h) for row in held]
    cells = [
        (*((i,) if len(header) > 1 else ()), text, *map(mark, row))
        for i, (text, row) in enumerate(zip(texts, held, strict=True))
    ]
    return Case(
        m.csv("train.csv", [*header, *names], cells),
        (several(pairs(texts, labels)),),
        said=((names[0], names[1], "--label-column"),),
    )


@form("one-hot", "text and four 0/1 columns")
def one_hot_plain(m: Maker) -> Case:
    return _one_hot(m, NAMES, int)


@form("one-hot", "0.0 and 1.0, as pandas writes them")
def one_hot_floats(m: Maker) -> Case:
    return _one_hot(m, NAMES, lambda held: f"{float(held)}", ("id", "text"))


@form("one-hot", "True and False")
def one_hot_bools(m: Maker) -> Case:
    return _one_hot(m, NAMES, str)


@form("one-hot", "x and nothing, semicolons in the head of a spreadsheet")
def one_hot_crosses(m: Maker) -> Case:
    return _one_hot(m, ("Lob", "Kritik", "Frage"), lambda held: "x" if held else "", ("Nr", "Kommentar"))


@form("one-hot", "two columns only: toxic, spam")
def one_hot_two(m: Maker) -> Case:
    return _one_hot(m, ("toxic", "spam"), int, ("id", "comment"))


@form("one-hot", "TRUE and FALSE, each row has exactly one")
def one_hot_exclusive(m: Maker) -> Case:
    labels, texts = m.labels(NAMES, 120), m.texts("tweet", 120)
    cells = [(t, *(str(n == c).upper() for n in NAMES)) for t, c in zip(texts, labels, strict=True)]
    path = m.csv("train.csv", ["text", *NAMES], cells)
    return Case(
        path, (several(pairs(texts, labels)), classify(pairs(texts, labels))), said=((*NAMES, "--label-column"),)
    )


@form("one-hot", "JSON Lines: a key for every label, 0 or 1")
def one_hot_jsonl(m: Maker) -> Case:
    texts = m.texts("tweet", 120)
    held = [[int(m.random.random() < 0.4) for _ in NAMES] for _ in texts]
    labels = [tuple(n for n, h in zip(NAMES, row, strict=True) if h) for row in held]
    path = m.jsonl(
        "train.jsonl",
        (
            {"id": f"2017-En-{i}", "Tweet": t, **dict(zip(NAMES, row, strict=True))}
            for i, (t, row) in enumerate(zip(texts, held, strict=True))
        ),
    )
    return Case(path, (several(pairs(texts, labels)),), said=((*NAMES, "--label-column"),))


@form("one-hot", "--label-column given twice")
def one_hot_repeated_option(m: Maker) -> Case:
    case = _one_hot(m, NAMES, int)
    texts_labels = case.right[0]
    assert isinstance(texts_labels, Want) and texts_labels.rows is not None
    rows = [(text, tuple(n for n in labels if n in ("joy", "fear"))) for text, labels in texts_labels.rows]
    return Case(
        case.source, (several(rows), Refused(("--label-column", "once"))), options={"label_column": ["joy", "fear"]}
    )


@form("one-hot", "one class column and two 0/1 facts: is_reply, has_link: the class is the label")
def one_hot_facts(m: Maker) -> Case:
    labels, texts = m.labels(NAMES, 120), m.texts("tweet", 120)
    cells = [(t, i % 2, i // 2 % 2, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    path = m.csv("train.csv", "text,is_reply,has_link,emotion", cells)
    return Case(path, (classify(pairs(texts, labels)),), said=(("emotion", "is_reply", "--label-column"),))
