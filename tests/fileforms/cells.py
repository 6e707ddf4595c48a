"""Several labels in one cell, in the ways people write lists."""

from __future__ import annotations

from collections.abc import Callable

from fileforms.model import Case, Maker, Refused, classify, form, pairs, several

NAMES = ("joy", "anger", "love", "fear")


def _cells(
    m: Maker,
    name: str,
    write: Callable[[list[str]], str],
    sign: str,
    names: tuple[str, ...] = NAMES,
    header: str = "text,labels",
) -> Case:
    labels = [m.random.sample(list(names), 1 + i % 3) for i in range(150)]
    texts = m.texts("tweet", 150)
    path = m.csv(name, header, zip(texts, map(write, labels), strict=True))
    return Case(path, (several(pairs(texts, labels)),), said=(("--label-separator", sign),))


@form("cells", "a Python list: ['joy', 'love']")
def cells_python_list(m: Maker) -> Case:
    return _cells(m, "data.csv", lambda ls: str(ls), "list")


@form("cells", 'a JSON list: ["joy", "love"]')
def cells_json_list(m: Maker) -> Case:
    return _cells(m, "data.csv", lambda ls: "[" + ", ".join(f'"{x}"' for x in ls) + "]", "list", header="text,emotions")


@form("cells", "a list as numpy prints it: ['joy' 'love']")
def cells_numpy_list(m: Maker) -> Case:
    return _cells(m, "data.csv", lambda ls: "[" + " ".join(f"'{x}'" for x in ls) + "]", "list|\\[")


@form("cells", "a list without quotation marks: [joy, love]")
def cells_bare_list(m: Maker) -> Case:
    return _cells(m, "data.csv", lambda ls: "[" + ", ".join(ls) + "]", "list|\\[|,")


@form("cells", "a set or a tuple: ('joy', 'love')")
def cells_tuple(m: Maker) -> Case:
    return _cells(m, "data.csv", lambda ls: str(tuple(ls)), "list|\\(")


@form("cells", "a list of numbers: [2, 14]")
def cells_number_list(m: Maker) -> Case:
    return _cells(m, "data.csv", lambda ls: "[" + ", ".join(ls) + "]", "list", ("2", "14", "27", "0"))


@form("cells", "a list with a single label in every row: ['joy']")
def cells_single_lists(m: Maker) -> Case:
    labels, texts = m.labels(NAMES, 120), m.texts("tweet", 120)
    rows = pairs(texts, labels)
    return Case(
        m.csv("data.csv", "text,label", ((t, str([c])) for t, c in zip(texts, labels, strict=True))),
        (classify(rows), several(rows)),
        said=(("list|\\[",),),
    )


@form("cells", "GoEmotions, TSV without a header: text, 2,14, id")
def cells_goemotions_tsv(m: Maker) -> Case:
    labels = [m.random.sample(["0", "2", "14", "27"], 1 + (i % 4 == 0)) for i in range(160)]
    texts = m.texts("tweet", 160)
    path = m.lines(
        "train.tsv", (f"{t}\t{','.join(c)}\teebb{i:03x}" for i, (t, c) in enumerate(zip(texts, labels, strict=True)))
    )
    return Case(path, (several(pairs(texts, labels)),), said=(("--label-separator", ","),))


@form("cells", "a|b")
def cells_bars(m: Maker) -> Case:
    return _cells(m, "data.csv", "|".join, r"\|", header="text,genres")


@form("cells", "a;b in a table with commas")
def cells_semicolons(m: Maker) -> Case:
    return _cells(m, "data.csv", ";".join, ";", header="text,tags")


@form("cells", "a, b in quotation marks")
def cells_commas(m: Maker) -> Case:
    return _cells(m, "data.csv", ", ".join, ",", header="text,topics")


@form("cells", "a/b and a + b")
def cells_slashes(m: Maker) -> Case:
    return _cells(m, "data.csv", "/".join, "/")


@form("cells", "labels between blanks: joy love")
def cells_blanks(m: Maker) -> Case:
    return _cells(m, "data.csv", " ".join, "")


@form("cells", "full-width signs between Chinese labels: 服务、价格")
def cells_chinese(m: Maker) -> Case:
    return _cells(m, "data.csv", "、".join, "、", ("服务", "价格", "位置"), "评论,标签")


@form("cells", "separator given: --label-separator ;")
def cells_given(m: Maker) -> Case:
    case = _cells(m, "data.csv", "; ".join, ";")
    return Case(case.source, case.right, options={"label_separator": ";"})


@form("cells", "labels with commas and bars that are ONE label: 'Food, drinks', 'Home | garden'")
def cells_no_lists(m: Maker) -> Case:
    labels, texts = m.labels(("Food, drinks", "Home, garden", "Clothes"), 120), m.texts("review", 120)
    rows = pairs(texts, labels)
    return Case(
        m.csv("shop.csv", "review,category", zip(texts, labels, strict=True)),
        (classify(rows),),
        said=(("--label-separator", ","),),
    )


@form("cells", "paths of classes: Home > Kitchen > Pans is one label")
def cells_paths(m: Maker) -> Case:
    labels, texts = m.labels(("Home > Kitchen > Pans", "Home > Garden", "Toys > Puzzles"), 120), m.texts("review", 120)
    return Case(m.csv("shop.csv", "title,category", zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),))


@form("cells", "first and second level: a label column and a finer one")
def cells_levels(m: Maker) -> Case:
    fine, texts = m.labels("sport/ball sport/race home/tools home/garden", 160), m.texts("headline", 160)
    coarse = [label.split("/")[0] for label in fine]
    path = m.csv("items.csv", "text,level1,level2", zip(texts, coarse, fine, strict=True))
    named = ("level1", "level2", "--label-column")
    ways = [classify(pairs(texts, part), says=("level1", "level2", "--label-column")) for part in (coarse, fine)]
    return Case(path, (*ways, Refused(named)), said=(named,))


@form("cells", "JSON Lines with lists of labels, an empty list for none")
def cells_jsonl_lists(m: Maker) -> Case:
    labels = [tuple(m.random.sample(NAMES, i % 3)) for i in range(120)]
    texts = m.texts("tweet", 120)
    return Case(
        m.jsonl("data.jsonl", ({"text": t, "labels": list(c)} for t, c in zip(texts, labels, strict=True))),
        (several(pairs(texts, labels)),),
    )


@form("cells", 'JSON Lines with labels as a string: "joy, love"')
def cells_jsonl_string(m: Maker) -> Case:
    labels = [m.random.sample(NAMES, 1 + i % 3) for i in range(120)]
    texts = m.texts("tweet", 120)
    path = m.jsonl("data.jsonl", ({"text": t, "labels": ", ".join(c)} for t, c in zip(texts, labels, strict=True)))
    return Case(path, (several(pairs(texts, labels)),), said=(("--label-separator", ","),))
