"""Labels: one column each, several in a cell, missing, differently spelled; dates, ids and quantities beside them."""

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
    # In one process the option is what the command makes of it: here only the last; --command gives it twice.
    return Case(
        case.source, (several(rows), Refused(("--label-column", "once"))), options={"label_column": ["joy", "fear"]}
    )


@form("one-hot", "one class column and two 0/1 facts: is_reply, has_link: the class is the label")
def one_hot_facts(m: Maker) -> Case:
    labels, texts = m.labels(NAMES, 120), m.texts("tweet", 120)
    cells = [(t, i % 2, i // 2 % 2, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    path = m.csv("train.csv", "text,is_reply,has_link,emotion", cells)
    return Case(path, (classify(pairs(texts, labels)),), said=(("emotion", "is_reply", "--label-column"),))


# Several labels in a cell.


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


# Missing and dirty labels.


def _dirty(m: Maker, marks: tuple[str, ...], name: str = "data.csv") -> Case:
    labels, texts = m.labels("good bad", 140), m.texts("review", 140)
    written = [marks[i // 14 % len(marks)] if i % 14 == 5 else c for i, c in enumerate(labels)]
    kept = [row for i, row in enumerate(pairs(texts, labels)) if i % 14 != 5]
    why = "(missing|no class|no label|not a label|left out)"
    found = [f"'{mark}'".replace("?", r"\?") for mark in marks if mark]
    named = tuple(f"{why}.*{mark}|{mark}.*{why}" for mark in found)
    return Case(
        m.csv(name, "text,label", zip(texts, written, strict=True)),
        (classify(kept, says=("10|no label|missing",)),),
        said=(named,),
    )


@form("dirt", "NaN, nan and nothing")
def dirt_nan(m: Maker) -> Case:
    return _dirty(m, ("NaN", "nan", ""))


@form("dirt", "N/A, #N/A (Excel), n/a")
def dirt_na(m: Maker) -> Case:
    return _dirty(m, ("N/A", "#N/A", "n/a"))


@form("dirt", "NULL, null, None")
def dirt_null(m: Maker) -> Case:
    return _dirty(m, ("NULL", "null", "None"))


@form("dirt", "a hyphen, a question mark: unknown, or two more classes: said")
def dirt_marks(m: Maker) -> Case:
    return _dirty(m, ("-", "?"))


@form("dirt", "numbers that pandas made floats: 1.0, 0.0, nan")
def dirt_float_labels(m: Maker) -> Case:
    labels, texts = m.labels("0.0 1.0", 140), m.texts("review", 140)
    written = ["nan" if i % 14 == 5 else c for i, c in enumerate(labels)]
    kept = [row for i, row in enumerate(pairs(texts, labels)) if i % 14 != 5]
    ways = (classify(kept), classify([(t, (c[0][0],)) for t, c in kept]))
    return Case(m.csv("data.csv", "text,label", zip(texts, written, strict=True)), ways, said=(("nan",),))


@form("dirt", "a real class 'none', a third of the rows: it stays")
def dirt_real_none(m: Maker) -> Case:
    labels, texts = m.labels("none racism sexism", 150), m.texts("tweet", 150)
    return Case(
        m.csv("hate.csv", "text,label", zip(texts, labels, strict=True)),
        (classify(pairs(texts, labels)),),
        said=(("none", "missing|no label"),),
    )


@form("dirt", "Positive, positive, POSITIVE")
def dirt_case(m: Maker) -> Case:
    labels, texts = m.labels("Positive positive POSITIVE negative Negative", 150), m.texts("review", 150)
    merged = [label.lower() for label in labels]
    return Case(
        m.csv("data.csv", "text,label", zip(texts, labels, strict=True)),
        (classify(pairs(texts, labels), says=("Positive", "case")), classify(pairs(texts, merged), says=("Positive",))),
    )


@form("dirt", "blanks and no-break blanks around labels, two blanks inside")
def dirt_blanks(m: Maker) -> Case:
    written, texts = (
        m.labels(("very good", "very good ", " very good", "very  good", "bad", "bad\u00a0"), 150),
        m.texts("review", 150),
    )
    merged = [" ".join(label.split()) for label in written]
    tidy = [label.strip() for label in written]
    ways = (classify(pairs(texts, merged)), classify(pairs(texts, tidy), says=("very  good|blank|space|same",)))
    return Case(m.csv("data.csv", "text,label", zip(texts, written, strict=True)), ways)


@form("dirt", "1 and 1.0, 0 and 0.0")
def dirt_one_and_one_point_zero(m: Maker) -> Case:
    labels, texts = m.labels("1 1.0 0 0.0", 150), m.texts("review", 150)
    merged = [label[0] for label in labels]
    ways = (classify(pairs(texts, labels), says=(r"1\.0",)), classify(pairs(texts, merged), says=(r"1\.0",)))
    return Case(m.csv("data.csv", "text,label", zip(texts, labels, strict=True)), ways)


@form("dirt", "labels in quotation marks within quotation marks: '\"good\"' and good")
def dirt_quoted(m: Maker) -> Case:
    labels, texts = m.labels(('"good"', "good", "bad", "'bad'"), 150), m.texts("review", 150)
    merged = [label.strip("'\"") for label in labels]
    ways = (classify(pairs(texts, merged)), classify(pairs(texts, labels), says=("good",)))
    return Case(m.csv("data.csv", "text,label", zip(texts, labels, strict=True)), ways)


@form("dirt", "umlauts composed and decomposed: Präzise as one letter and as two")
def dirt_unicode(m: Maker) -> Case:
    labels, texts = m.labels(("Pr\u00e4zise", "Pra\u0308zise", "Unklar"), 150), m.texts("de", 150)
    merged = [label.replace("a\u0308", "\u00e4") for label in labels]
    ways = (classify(pairs(texts, merged)), classify(pairs(texts, labels), says=("Präzise|Pra",)))
    return Case(m.csv("data.csv", "text,label", zip(texts, labels, strict=True)), ways)


@form("dirt", "spelling: positve once among positive: a single example is named")
def dirt_typo(m: Maker) -> Case:
    labels, texts = m.labels("positive negative", 150), m.texts("review", 150)
    labels[17] = "positve"
    return Case(
        m.csv("data.csv", "text,label", zip(texts, labels, strict=True)),
        (classify(pairs(texts, labels), says=("positve",)),),
    )


@form("dirt", "label column empty in all rows of a file to be labelled")
def dirt_all_empty(m: Maker) -> Case:
    texts = m.texts("review", 100)
    path = m.csv("todo.csv", "text,label", ((t, "") for t in texts))
    return Case(path, (Refused(("label",)), Want("lm", count=100, says=("label",))))


@form("dirt", "one class only: refused, and the other column named")
def dirt_one_class(m: Maker) -> Case:
    texts = m.texts("review", 100)
    path = m.csv(
        "Fake.csv", "text,label,subject", ((t, "fake", ("News", "politics")[i % 2]) for i, t in enumerate(texts))
    )
    return Case(path, (Refused(("only one label|one label", "label")),), said=(("subject", "--label-column"),))


# What is no label.


@form("not labels", "a date in every row: a language model, or a question")
def not_labels_dates(m: Maker) -> Case:
    texts = m.texts("plain", 150)
    path = m.csv(
        "diary.csv", "date,entry", ((f"2021-{i // 25 + 1:02d}-{i % 25 + 1:02d}", t) for i, t in enumerate(texts))
    )
    return Case(path, (Want("lm", text="".join(texts)), Want("lm", count=150)), said=(("date",),))


@form("not labels", "dates that recur: three entries a day, dd.mm.yyyy")
def not_labels_recurring_dates(m: Maker) -> Case:
    texts = m.texts("de", 150)
    path = m.csv(
        "log.csv", ["Datum", "Eintrag"], ((f"{i // 10 + 1:02d}.03.2021", t) for i, t in enumerate(texts)), delimiter=";"
    )
    return Case(
        path, (Want("lm", text="".join(texts)), Refused(("Datum", "label"))), said=(("Datum", "date|--label-column"),)
    )


@form("not labels", "months and years as numbers: 202101")
def not_labels_months(m: Maker) -> Case:
    texts = m.texts("headline", 240)
    path = m.csv("news.csv", "month,headline", ((202101 + i // 20, t) for i, t in enumerate(texts)))
    return Case(path, (Want("lm", text="".join(texts)), Refused(("month",))), said=(("month", "--label-column"),))


@form("not labels", "an id of the author that recurs, and a text")
def not_labels_ids(m: Maker) -> Case:
    texts = m.texts("tweet", 200)
    path = m.csv("tweets.csv", "user_id,text", ((100000 + i % 40, t) for i, t in enumerate(texts)))
    return Case(path, (Want("lm", text="".join(texts)), Refused(("user_id",))), said=(("user_id", "--label-column"),))


@form("not labels", "counts beside the text: likes, retweets; no label")
def not_labels_counts(m: Maker) -> Case:
    texts = m.texts("tweet", 200)
    rows = [(1500000 + 17 * i, t, m.random.randrange(12), m.random.randrange(6)) for i, t in enumerate(texts)]
    path = m.csv("tweets.csv", "tweet_id,text,likes,retweets", rows)
    return Case(
        path,
        (Want("lm", text="".join(texts)), Refused(("likes|retweets",))),
        said=(("likes|retweets", "--label-column"),),
    )


@form("not labels", "price as a target: 300 different numbers")
def not_labels_prices(m: Maker) -> Case:
    texts = m.texts("review", 300)
    path = m.csv("items.csv", "description,price", ((t, f"{5 + m.random.random() * 90:.2f}") for t in texts))
    return Case(
        path, (Refused(("price",)), Want("lm", text="".join(texts))), said=(("price", "number|quantit|regress"),)
    )


@form("not labels", "--label-column price: many numbers: said that this is regression")
def not_labels_asked_price(m: Maker) -> Case:
    texts = m.texts("review", 300)
    path = m.csv("items.csv", "description,price", ((t, f"{5 + m.random.random() * 90:.2f}") for t in texts))
    return Case(
        path,
        (Refused(("price", "number|quantit|regress")),),
        said=(("quantit|regress",),),
        options={"label_column": "price"},
    )


@form("not labels", "a score from 0 to 100 as label: 80 numbers in 400 rows")
def not_labels_score(m: Maker) -> Case:
    texts = m.texts("review", 400)
    path = m.csv("essays.csv", "essay,score", ((t, m.random.randrange(20, 100)) for t in texts))
    return Case(path, (Refused(("score", "number|quantit|regress")),), said=(("score", "number|quantit|regress"),))


@form("not labels", "scores from 1 to 10 are classes")
def not_labels_but_ten_scores(m: Maker) -> Case:
    labels, texts = m.labels("1 2 3 4 5 6 7 8 9 10", 300), m.texts("review", 300)
    return Case(
        m.csv("reviews.csv", "review,score", zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),)
    )


@form("not labels", "180 named classes with few texts each are classes")
def not_labels_but_many_classes(m: Maker) -> Case:
    names = tuple(
        f"{a}-{b}" for a in ("loan", "card", "cash", "fee", "app", "pin") for b in "abcdefghijklmnopqrstuvwxyzABCD"
    )
    labels, texts = m.labels(names, 900), m.texts("question", 900, 2)
    return Case(m.csv("intents.csv", "text,intent", zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),))


@form("not labels", "77 classes by number, as banking77 has them")
def not_labels_but_77_numbers(m: Maker) -> Case:
    labels, texts = m.labels(tuple(map(str, range(77))), 1540), m.texts("question", 1540, 2)
    return Case(
        m.csv("train.csv", "text,label", zip(texts, labels, strict=True)),
        (classify(pairs(texts, labels)),),
        said=(("number|quantit|regress",),),
    )


# Several columns that could be the label.


@form("candidates", "label and label_text (SetFit): either")
def candidates_label_text(m: Maker) -> Case:
    labels, texts = m.labels("0 1 2", 120), m.texts("tweet", 120)
    names = [("negative", "neutral", "positive")[int(c)] for c in labels]
    path = m.jsonl(
        "train.jsonl",
        ({"text": t, "label": int(c), "label_text": n} for t, c, n in zip(texts, labels, names, strict=True)),
    )
    return Case(path, (classify(pairs(texts, labels)), classify(pairs(texts, names))))


@form("candidates", "sentiment and topic: named both, or refused")
def candidates_sentiment_topic(m: Maker) -> Case:
    labels, topics, texts = (
        m.labels("positive negative", 150),
        m.labels("sport travel food", 150),
        m.texts("tweet", 150),
    )
    path = m.csv("tweets.csv", "text,sentiment,topic", zip(texts, labels, topics, strict=True))
    named = ("sentiment", "topic", "--label-column")
    ways = [classify(pairs(texts, part), says=named) for part in (labels, topics)]
    return Case(path, (*ways, Refused(named)))


@form("candidates", "unknown names: column_a and column_b, three and four values each")
def candidates_unknown_names(m: Maker) -> Case:
    a, b, texts = m.labels("u v w", 150), m.labels("k l m n", 150), m.texts("review", 150)
    path = m.csv("t.csv", "body,column_a,column_b", zip(texts, a, b, strict=True))
    named = ("column_a", "column_b", "--label-column")
    ways = [classify(pairs(texts, part), says=named) for part in (a, b)]
    return Case(path, (*ways, Refused(named)))


@form("candidates", "queue in a table of tickets, with priority and language (the last never changes)")
def candidates_queue(m: Maker) -> Case:
    labels, texts, heads = (
        m.labels(("Technical Support", "Billing", "Sales"), 150),
        m.texts("plain", 150, 2),
        m.texts("headline", 150),
    )
    rows = [(heads[i], texts[i], labels[i], ("high", "low", "medium")[i % 3], "en") for i in range(150)]
    path = m.csv("tickets.csv", "subject,body,queue,priority,language", rows)
    return Case(
        path,
        (classify(pairs(zip(heads, texts, strict=True), labels), says=("priority",)), Refused(("queue", "priority"))),
        said=(("queue", "priority", "--label-column"),),
    )


@form("candidates", "label, confidence and model: the label")
def candidates_confidence(m: Maker) -> Case:
    labels, texts = m.labels("pos neg", 150), m.texts("review", 150)
    rows = [
        (t, f"{0.5 + i % 50 / 100:.2f}", c, ("a", "b")[i % 2])
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(
        m.csv("auto.csv", "text,confidence,prediction,annotator", rows),
        (classify(pairs(texts, labels)),),
        said=(("prediction", "annotator|--label-column"),),
    )


@form("candidates", "confidence in three steps beside a class of four: the class, though it has more values")
def candidates_confidence_steps(m: Maker) -> Case:
    labels, texts = m.labels("billing sales returns other", 150), m.texts("plain", 150)
    rows = [(i, t, c, ("0.9", "0.6", "0.3")[i % 3]) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    return Case(
        m.csv("auto.csv", "id,message,department,department_confidence", rows),
        (classify(pairs(texts, labels)),),
        said=(("department", "--label-column"),),
    )


@form("candidates", "a mostly empty column with two values beside one with four")
def candidates_mostly_empty(m: Maker) -> Case:
    labels, texts = m.labels("a b c d", 200), m.texts("plain", 200)
    rows = [
        (t, c, ("yes", "no")[i // 25 % 2] if i % 25 == 3 else "")
        for i, (t, c) in enumerate(zip(texts, labels, strict=True))
    ]
    return Case(
        m.csv("x.csv", "text,kind_of,reviewed", rows),
        (classify(pairs(texts, labels)),),
        said=(("kind_of", "reviewed", "--label-column"),),
    )


@form("candidates", "a column that changes only after 1,500 rows, sorted by it; the label has six values")
def candidates_sorted_source(m: Maker) -> Case:
    labels, texts = m.labels("sadness joy love anger fear surprise", 3000), m.texts("tweet", 3000, 2)
    rows = [(t, ("train_a", "train_b")[i >= 1500], c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    return Case(m.csv("emotions.csv", "content,origin,emotion", rows), (classify(pairs(texts, labels)),))


@form("candidates", "language and label: both usual names")
def candidates_language_label(m: Maker) -> Case:
    labels, texts = m.labels("1 0", 120), m.texts("es", 120, 2)
    rows = [(i, t, ("es", "pt", "it")[i % 3], c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    return Case(m.csv("train.csv", "id,text,lang,target", rows), (classify(pairs(texts, labels)),))


@form("candidates", "gender and emotion of the speaker beside the line spoken")
def candidates_meld(m: Maker) -> Case:
    labels, texts = m.labels("neutral joy anger surprise", 150), m.texts("sms", 150)
    moods = [{"joy": "positive", "neutral": "neutral"}.get(c, "negative") for c in labels]
    people = m.words()
    rows = [
        (i + 1, texts[i], next(people), labels[i], moods[i], i // 8, i % 8, 8, i % 20 + 1, "00:16:16,059")
        for i in range(150)
    ]
    path = m.csv(
        "train_sent_emo.csv",
        "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime",
        rows,
    )
    named = ("Emotion", "Sentiment", "--label-column")
    ways = [classify(pairs(texts, part), says=("Emotion", "Sentiment")) for part in (labels, moods)]
    return Case(path, (*ways, Refused(named)), said=(named,))
