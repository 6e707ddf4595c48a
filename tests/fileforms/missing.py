"""More marks for nothing, and more spellings of one label."""

from __future__ import annotations

from fileforms.model import Case, Maker, Row, classify, form, pairs


def _made(
    m: Maker, names: str | tuple[str, ...] = "good bad", style: str = "review", count: int = 120
) -> tuple[list[str], list[str], list[Row]]:
    labels, texts = m.labels(names, count), m.texts(style, count)
    return labels, texts, pairs(texts, labels)


@form("missing", "<NA> of pandas and \\N of MySQL")
def missing_pandas_mysql(m: Maker) -> Case:
    labels, texts, rows = _made(m, count=140)
    written = [("<NA>", "\\N")[i // 14 % 2] if i % 14 == 3 else c for i, c in enumerate(labels)]
    kept = [row for i, row in enumerate(rows) if i % 14 != 3]
    path = m.csv("data.csv", "text,label", zip(texts, written, strict=True))
    return Case(path, (classify(kept),), said=((r"'<NA>'.*missing|missing.*<NA>|<NA>.*(no label|left out)",),))


@form("missing", "a blank, three blanks, a tab: nothing")
def missing_blanks(m: Maker) -> Case:
    labels, texts, rows = _made(m, count=140)
    written = [(" ", "   ", "\t")[i // 14 % 3] if i % 14 == 3 else c for i, c in enumerate(labels)]
    kept = [row for i, row in enumerate(rows) if i % 14 != 3]
    return Case(
        m.csv("data.csv", "text,label", zip(texts, written, strict=True)), (classify(kept, says=("no label",)),)
    )


@form("missing", "nan as a text: an empty text, said; or kept")
def missing_texts(m: Maker) -> Case:
    labels, texts, _ = _made(m, count=140)
    written = ["nan" if i % 14 == 3 else t for i, t in enumerate(texts)]
    ways = [
        classify(pairs([t if t != "nan" else other for t in written], labels), says=says)
        for other, says in (("", ("empty|missing",)), ("nan", ("nan",)), ("nan", ()))
    ]
    return Case(m.csv("data.csv", "text,label", zip(written, labels, strict=True)), tuple(ways))


@form("missing", "null in JSON Lines, and keys that are absent")
def missing_json(m: Maker) -> Case:
    labels, texts, rows = _made(m, count=140)
    values = [
        {"text": t, "label": c} if i % 14 else ({"text": t, "label": None} if i % 28 else {"text": t})
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    kept = [row for i, row in enumerate(rows) if i % 14]
    return Case(m.jsonl("data.jsonl", values), (classify(kept, says=("no label",)),), said=(("label", "line 1"),))


@form("missing", "yes, Yes, YES and no")
def case_of_yes(m: Maker) -> Case:
    labels, texts, rows = _made(m, "yes Yes YES no")
    merged = [c.lower() for c in labels]
    return Case(
        m.csv("data.csv", "text,spam", zip(texts, labels, strict=True)),
        (classify(rows, says=("Yes", "case")), classify(pairs(texts, merged), says=("Yes",))),
    )


@form("missing", "１ and 1: a wide digit")
def wide_digits(m: Maker) -> Case:
    labels, texts, rows = _made(m, "1 １ 0", "zh")
    merged = [c.replace("１", "1") for c in labels]
    return Case(
        m.csv("data.csv", "文本,标签", zip(texts, labels, strict=True)),
        (classify(rows, says=("１",)), classify(pairs(texts, merged))),
    )


@form("missing", "01 and 1, 5 and 05: zeros before the number")
def leading_zeros(m: Maker) -> Case:
    labels, texts, rows = _made(m, "1 01 5 05")
    merged = [c.lstrip("0") for c in labels]
    return Case(
        m.csv("data.csv", "text,label", zip(texts, labels, strict=True)),
        (classify(rows, says=("01",)), classify(pairs(texts, merged), says=("01",))),
    )
