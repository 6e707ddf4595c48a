"""The UCI repository: tables without a header, with odd suffixes and quotation marks."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Want, classify, form, pairs


def _yelp(m: Maker, name: str, count: int, first: str, pad: str = "") -> tuple[object, list[str], list[str]]:
    labels, texts = [first, *m.labels("0 1", count - 1)], m.texts("review", count)
    return m.lines(name, (f"{text}{pad}\t{label}" for text, label in zip(texts, labels, strict=True))), texts, labels


@form("uci", "SMSSpamCollection: no suffix, no header, label, tab, text")
def uci_sms(m: Maker) -> Case:
    labels, texts = m.labels("ham ham ham spam", 120), m.texts("sms", 120)
    return Case(
        m.lines("SMSSpamCollection", map("\t".join, zip(labels, texts, strict=True))), (classify(pairs(texts, labels)),)
    )


@form("uci", "yelp_labelled.txt: text, tab, 0 or 1; the first row has label 1")
def uci_yelp_labelled(m: Maker) -> Case:
    path, texts, labels = _yelp(m, "yelp_labelled.txt", 100, "1")
    return Case(path, (classify(pairs(texts, labels)),))  # type: ignore[arg-type]


@form("uci", "imdb_labelled.txt: the first row has label 0, two blanks before the tab")
def uci_imdb_labelled(m: Maker) -> Case:
    path, texts, labels = _yelp(m, "imdb_labelled.txt", 100, "0", "  ")
    return Case(path, (classify(pairs(texts, labels)),))  # type: ignore[arg-type]


@form("uci", "yelp_labelled.txt with a test file whose first row has label 1 (training begins with 0)")
def uci_yelp_with_test(m: Maker) -> Case:
    path, texts, labels = _yelp(m, "train.txt", 100, "0")
    test, more, others = _yelp(m, "test.txt", 50, "1")
    return Case(path, (classify(pairs(texts, labels), test=pairs(more, others)),), options={"test": str(test)})  # type: ignore[arg-type]


@form("uci", "News Aggregator: no header, tabs in .csv, eight columns, quotation marks that are not closed")
def uci_news_aggregator(m: Maker) -> Case:
    labels, texts = m.labels("b t e m", 200), m.texts("headline", 200)
    texts = [f'"{text}' if i % 23 == 5 else text for i, text in enumerate(texts)]
    houses = ("Reuters", "Daily Page", "City Times", "Newswire", "Globe")
    rows = [
        (
            i + 1,
            texts[i],
            f"http://www.{houses[i % 5][:5].lower()}.example/a/{i}",
            houses[i % 5],
            labels[i],
            f"ddUyU0VZz0BRneMioxUPQVP6sIxv{i // 3}",
            f"www.{houses[i % 5][:5].lower()}.example",
            1394470370698 + 101 * i,
        )
        for i in range(200)
    ]
    path = m.csv("newsCorpora.csv", None, rows, delimiter="\t", quote="none")
    right = classify(pairs(texts, labels), says=("'4'|'7'",))
    return Case(path, (right, Refused(("'5'", "--label-column"))), said=(("'5'", "'4'|'7'", "--label-column"),))


@form("uci", "YouTube Spam: COMMENT_ID, AUTHOR, DATE, CONTENT, CLASS")
def uci_youtube_spam(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 120), m.texts("sms", 120)
    people = m.words()
    rows = [
        (
            f"LZQPQhLyRh80UYxNuaDWhIGQYNQ96IuCg{i}",
            next(people),
            f"2013-11-07T06:20:{i % 60:02d}",
            f"{texts[i]}\ufeff",
            labels[i],
        )
        for i in range(120)
    ]
    wanted = pairs([f"{text}\ufeff" for text in texts], labels)
    return Case(m.csv("Youtube01.csv", "COMMENT_ID,AUTHOR,DATE,CONTENT,CLASS", rows), (classify(wanted),))


@form("uci", "drug reviews: TSV, an index without a name, rating as 9.0, usefulCount")
def uci_drug_reviews(m: Maker) -> Case:
    labels, texts = m.labels("1.0 5.0 8.0 9.0 10.0", 160), m.texts("review", 160, 2)
    rows = [
        (
            200000 + i,
            ("Naltrexone", "Sertraline", "Cetirizine")[i % 3],
            ("Depression", "Allergy", "Pain", "")[i % 4],
            f'"{texts[i]}"',
            labels[i],
            f"May {i % 28 + 1}, 2012",
            i % 70,
        )
        for i in range(160)
    ]
    path = m.csv("drugsComTrain_raw.tsv", ",drugName,condition,review,rating,date,usefulCount", rows, delimiter="\t")
    quoted = [f'"{text}"' for text in texts]
    return Case(path, (classify(pairs(quoted, labels)),), said=(("rating", "condition|drugName", "--label-column"),))


@form("uci", "TREC questions: DESC:manner and the question, Latin-1, .label")
def uci_trec(m: Maker) -> Case:
    fine = ("DESC:manner", "ENTY:animal", "HUM:ind", "LOC:city", "NUM:date", "ABBR:exp")
    labels, texts = m.labels(fine, 180), [f"{text[:-1]} ?" for text in m.texts("question", 180)]
    path = m.lines("train_5500.label", map(" ".join, zip(labels, texts, strict=True)), encoding="latin-1")
    coarse = [label.split(":")[0] for label in labels]
    return Case(path, (classify(pairs(texts, labels)), classify(pairs(texts, coarse))), said=(("label", "classif"),))


@form("uci", "one column of reviews and nothing else, Latin-1")
def uci_reviews_only(m: Maker) -> Case:
    texts = m.texts("fr", 120)
    path = m.csv("dataset-2017.csv", "Review", [(text,) for text in texts], encoding="latin-1")
    return Case(path, (Want("lm", text="".join(texts)),))
