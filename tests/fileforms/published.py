"""UCI, GLUE and the tables that papers share: often without a header, often with two texts."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, Want, classify, form, pairs

PAIR = ("--text-column",)


@form("uci", "SMSSpamCollection: no suffix, no header, label, tab, text")
def uci_sms(m: Maker) -> Case:
    labels, texts = m.labels("ham ham ham spam", 120), m.texts("sms", 120)
    return Case(
        m.lines("SMSSpamCollection", map("\t".join, zip(labels, texts, strict=True))), (classify(pairs(texts, labels)),)
    )


def _yelp(m: Maker, name: str, count: int, first: str, pad: str = "") -> tuple[object, list[str], list[str]]:
    labels, texts = [first, *m.labels("0 1", count - 1)], m.texts("review", count)
    return m.lines(name, (f"{text}{pad}\t{label}" for text, label in zip(texts, labels, strict=True))), texts, labels


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


@form("glue", "SST-2: sentence, label; TSV")
def glue_sst2(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 150), [f"{text[:-1].lower()} " for text in m.texts("review", 150)]
    return Case(
        m.csv("train.tsv", "sentence,label", zip(texts, labels, strict=True), delimiter="\t"),
        (classify(pairs(texts, labels)),),
    )


@form("glue", "CoLA: no header; source, 0/1, * or nothing, sentence; sorted by source, the first label is 1")
def glue_cola(m: Maker) -> Case:
    labels, texts = ["1", *m.labels("1 1 0", 199)], m.texts("plain", 200)
    sources = m.labels("gj04 cj99 bc01 cc73", 200, "sorted")
    rows = [(sources[i], labels[i], "" if labels[i] == "1" else "*", texts[i]) for i in range(200)]
    path = m.csv("in_domain_train.tsv", None, rows, delimiter="\t", quote="none")
    named = ("'2'", "'1'", "--label-column")
    return Case(path, (classify(pairs(texts, labels)), Refused(named)), said=(named,))


@form("glue", "MRPC: Quality, #1 ID, #2 ID, #1 String, #2 String; a BOM, .txt, first quality 1")
def glue_mrpc(m: Maker) -> Case:
    labels, a, b = ["1", *m.labels("0 1 1", 119)], m.texts("plain", 120), m.texts("plain", 120)
    rows = [(labels[i], 702876 + i, 702977 + i, f'"{a[i]}' if i == 40 else a[i], b[i]) for i in range(120)]
    path = m.csv(
        "msr_paraphrase_train.txt",
        "Quality,#1 ID,#2 ID,#1 String,#2 String",
        rows,
        delimiter="\t",
        quote="none",
        encoding="utf-8-sig",
    )
    return Case(path, (classify(pairs([(r[3], r[4]) for r in rows], labels)),), said=(("#2 String", *PAIR),))


@form("glue", "QQP: TSV, id, qid1, qid2, question1, question2, is_duplicate")
def glue_qqp(m: Maker) -> Case:
    labels, a, b = m.labels("0 1", 150), m.texts("question", 150), m.texts("question", 150)
    rows = [(133273 + i, 213221 + i, 213222 + i, a[i], b[i], labels[i]) for i in range(150)]
    path = m.csv("train.tsv", "id,qid1,qid2,question1,question2,is_duplicate", rows, delimiter="\t", quote="none")
    return Case(path, (classify(pairs(zip(a, b, strict=True), labels)),), said=(("question2", *PAIR),))


@form("glue", "MNLI: parses of both sentences, the sentences, label1, gold_label, genre")
def glue_mnli(m: Maker) -> Case:
    labels, a, b = m.labels("neutral entailment contradiction", 120), m.texts("plain", 120), m.texts("plain", 120)
    rows = [
        (
            i,
            f"{31193 + i}",
            f"{31193 + i}n",
            ("government", "telephone", "fiction")[i % 3],
            f"( {a[i]} )",
            f"( {b[i]} )",
            f"(ROOT (S {a[i]} ))",
            f"(ROOT (S {b[i]} ))",
            a[i],
            b[i],
            labels[i],
            labels[i],
        )
        for i in range(120)
    ]
    header = (
        "index,promptID,pairID,genre,sentence1_binary_parse,sentence2_binary_parse,sentence1_parse,sentence2_parse,"
        "sentence1,sentence2,label1,gold_label"
    )
    path = m.csv("train.tsv", header, rows, delimiter="\t", quote="none")
    return Case(path, (classify(pairs(zip(a, b, strict=True), labels)),), said=(("sentence2'", *PAIR),))


@form("glue", "QNLI: index, question, sentence, label")
def glue_qnli(m: Maker) -> Case:
    labels, a, b = m.labels("entailment not_entailment", 120), m.texts("question", 120), m.texts("plain", 120)
    rows = [(i, a[i], b[i], labels[i]) for i in range(120)]
    path = m.csv("train.tsv", "index,question,sentence,label", rows, delimiter="\t", quote="none")
    return Case(path, (classify(pairs(zip(a, b, strict=True), labels)),), said=(("'question'", "'sentence'", *PAIR),))


@form("glue", "STS-B: the score is a number from 0 to 5 with three decimals")
def glue_stsb(m: Maker) -> Case:
    a, b = m.texts("plain", 150), m.texts("plain", 150)
    rows = [
        (
            i,
            "main-captions",
            "MSRvid",
            "2012test",
            f"{i:04d}",
            "none",
            "none",
            a[i],
            b[i],
            f"{m.random.random() * 5:.3f}",
        )
        for i in range(150)
    ]
    path = m.csv(
        "train.tsv",
        "index,genre,filename,year,old_index,source1,source2,sentence1,sentence2,score",
        rows,
        delimiter="\t",
        quote="none",
    )
    return Case(path, (Refused(("score", "number|quantit|regress")),), said=(("score", "quantit|regress"),))


@form("glue", "SNLI: JSON Lines with annotator_labels, gold_label, parses, sentence1, sentence2")
def glue_snli_jsonl(m: Maker) -> Case:
    labels, a, b = m.labels("neutral entailment contradiction", 120), m.texts("plain", 120), m.texts("plain", 120)
    values = [
        {
            "annotator_labels": [labels[i], labels[(i + 1) % 120]],
            "captionID": f"3416050480.jpg#{i % 5}",
            "gold_label": labels[i],
            "pairID": f"3416050480.jpg#{i}r1n",
            "sentence1": a[i],
            "sentence1_binary_parse": f"( {a[i]} )",
            "sentence1_parse": f"(ROOT {a[i]})",
            "sentence2": b[i],
            "sentence2_binary_parse": f"( {b[i]} )",
            "sentence2_parse": f"(ROOT {b[i]})",
        }
        for i in range(120)
    ]
    return Case(
        m.jsonl("snli_1.0_train.jsonl", values),
        (classify(pairs(zip(a, b, strict=True), labels)),),
        said=(("sentence2'", *PAIR),),
    )


@form("glue", "BoolQ: JSON Lines; question, title, answer true/false, passage")
def glue_boolq(m: Maker) -> Case:
    labels, a, b = m.labels("true false", 120), m.texts("question", 120), m.texts("plain", 120, 4)
    values = [
        {"question": a[i], "title": f"Page {i % 50}", "answer": labels[i] == "true", "passage": b[i]}
        for i in range(120)
    ]
    path = m.jsonl("train.jsonl", values)
    titled = classify(pairs([(a[i], b[i]) for i in range(120)], labels))
    return Case(path, (titled,), said=(("answer", "passage", "--label-column|--text-column"),))


@form("glue", "ANLI: JSON Lines; uid, context, hypothesis, label e/n/c, reason")
def glue_anli(m: Maker) -> Case:
    labels, a, b = m.labels("e n c", 120), m.texts("plain", 120, 3), m.texts("plain", 120)
    values = [
        {"uid": f"id{i}", "context": a[i], "hypothesis": b[i], "label": labels[i], "reason": ""} for i in range(120)
    ]
    return Case(
        m.jsonl("train.jsonl", values),
        (classify(pairs(zip(a, b, strict=True), labels)),),
        said=(("hypothesis", *PAIR),),
    )


@form("glue", "SciTail: no header; premise, hypothesis, label")
def glue_scitail(m: Maker) -> Case:
    labels, a, b = m.labels("entails neutral", 120), m.texts("plain", 120), m.texts("plain", 120)
    path = m.csv("scitail_1.0_train.tsv", None, zip(a, b, labels, strict=True), delimiter="\t", quote="none")
    return Case(path, (classify(pairs(zip(a, b, strict=True), labels)),), said=(("'2'", *PAIR),))


@form("glue", "WikiQA: QuestionID, Question, DocumentID, DocumentTitle, SentenceID, Sentence, Label")
def glue_wikiqa(m: Maker) -> Case:
    labels, b = m.labels("0 0 0 1", 160), m.texts("plain", 160)
    questions = [q for q in m.texts("question", 20) for _ in range(8)]
    rows = [
        (f"Q{i // 8}", questions[i], f"D{i // 8}", f"Page {i // 8}", f"D{i // 8}-{i % 8}", b[i], labels[i])
        for i in range(160)
    ]
    path = m.csv(
        "WikiQA-train.tsv",
        "QuestionID,Question,DocumentID,DocumentTitle,SentenceID,Sentence,Label",
        rows,
        delimiter="\t",
        quote="none",
    )
    return Case(
        path, (classify(pairs(zip(questions, b, strict=True), labels)),), said=(("'Question'", "'Sentence'", *PAIR),)
    )


@form("glue", "SICK: pair_ID, sentence_A, sentence_B, relatedness_score, entailment_judgment")
def glue_sick(m: Maker) -> Case:
    labels, a, b = m.labels("NEUTRAL ENTAILMENT CONTRADICTION", 120), m.texts("plain", 120), m.texts("plain", 120)
    rows = [(i + 1, a[i], b[i], f"{1 + 4 * m.random.random():.1f}", labels[i]) for i in range(120)]
    path = m.csv(
        "SICK_train.txt",
        "pair_ID,sentence_A,sentence_B,relatedness_score,entailment_judgment",
        rows,
        delimiter="\t",
        quote="none",
    )
    said = (
        ("sentence_B", "--text-column|--label-column"),
        ("entailment_judgment", "relatedness_score", "--label-column"),
    )
    return Case(path, (classify(pairs(zip(a, b, strict=True), labels)),), said=said)


@form("glue", "PAWS: id, sentence1, sentence2, label; sentences as b'...' are left as they are")
def glue_paws(m: Maker) -> Case:
    labels, a, b = m.labels("0 1", 120), m.texts("plain", 120), m.texts("plain", 120)
    rows = [(i + 1, a[i], b[i], labels[i]) for i in range(120)]
    path = m.csv("train.tsv", "id,sentence1,sentence2,label", rows, delimiter="\t", quote="none")
    return Case(path, (classify(pairs(zip(a, b, strict=True), labels)),), said=(("sentence2", *PAIR),))


@form("glue", "stance: Tweet, Target, Stance: the target of the opinion is a text to read, or named")
def glue_stance(m: Maker) -> Case:
    labels, texts = m.labels("FAVOR AGAINST NONE", 150), m.texts("tweet", 150)
    targets = m.labels(("Atheism", "Climate Change", "New Taxes"), 150, "sorted")
    rows = [(targets[i], texts[i], labels[i]) for i in range(150)]
    path = m.csv("StanceDataset_train.csv", "Target,Tweet,Stance", rows, encoding="latin-1")
    named = ("Stance", "Target", "--label-column")
    return Case(path, (classify(pairs(texts, labels), says=("Target",)), Refused(named)), said=(named,))


# Headerless tables of papers (Zhang et al. and after).


@form("headerless", "AG News as published: class, title, description; test.csv begins with class 3")
def headerless_ag_news(m: Maker) -> Case:
    def rows(name: str, first: str, count: int):  # type: ignore[no-untyped-def]
        labels = [first, *m.labels("1 2 3 4", count - 1)]
        titles, texts = m.texts("headline", count), m.texts("plain", count)
        return m.csv(name, None, zip(labels, titles, texts, strict=True), quote="all"), pairs(
            zip(titles, texts, strict=True), labels
        )

    path, train = rows("train.csv", "3", 160)
    test, more = rows("test.csv", "3", 61)
    return Case(path, (classify(train, test=more),), options={"test": str(test)})


@form("headerless", "AG News, training file that begins with class 1")
def headerless_first_class_1(m: Maker) -> Case:
    labels, titles, texts = ["1", *m.labels("1 2 3 4", 119)], m.texts("headline", 120), m.texts("plain", 120)
    return Case(
        m.csv("train.csv", None, zip(labels, titles, texts, strict=True)),
        (classify(pairs(zip(titles, texts, strict=True), labels)),),
    )


@form("headerless", "AG News, begins with class 2, only the class is not quoted")
def headerless_first_class_2(m: Maker) -> Case:
    labels, titles, texts = ["2", *m.labels("1 2 3 4", 119)], m.texts("headline", 120), m.texts("plain", 120)
    path = m.lines("train.csv", (f'{c},"{a}","{b}"' for c, a, b in zip(labels, titles, texts, strict=True)))
    return Case(path, (classify(pairs(zip(titles, texts, strict=True), labels)),))


@form("headerless", "DBpedia: 14 classes, sorted, title and text, the first class is 1")
def headerless_dbpedia(m: Maker) -> Case:
    labels = m.labels(tuple(str(i) for i in range(1, 15)), 420, "sorted")
    titles, texts = m.texts("headline", 420), m.texts("plain", 420)
    rows = zip(labels, titles, (f" {text}" for text in texts), strict=True)
    return Case(m.csv("train.csv", None, rows), (classify(pairs(zip(titles, texts, strict=True), labels)),))


@form("headerless", 'Yelp Full: "5","text"; \\n and doubled quotation marks in the text')
def headerless_yelp_full(m: Maker) -> Case:
    labels = m.labels("1 2 3 4 5", 120)
    texts = [f'{m.text("review")}\\n\\nThe sign says "open". {m.text("review")}' for _ in labels]
    return Case(
        m.csv("train.csv", None, zip(labels, texts, strict=True), quote="all"), (classify(pairs(texts, labels)),)
    )


@form("headerless", "Yahoo Answers: class, question, more of it (often empty), best answer")
def headerless_yahoo(m: Maker) -> Case:
    labels = m.labels("1 2 3 4 5 6 7 8 9 10", 200)
    parts = [(m.text("question"), m.text("plain") if i % 2 else "", m.text("plain", 2)) for i in range(200)]
    path = m.csv("train.csv", None, ((label, *row) for label, row in zip(labels, parts, strict=True)), quote="all")
    wanted = [tuple(part for part in row if part) for row in parts]
    return Case(path, (classify(pairs(wanted, labels)),))


@form("headerless", "Sogou News: pinyin titles and texts, classes 1 to 5, first 4")
def headerless_sogou(m: Maker) -> Case:
    labels = ["4", *m.labels("1 2 3 4 5", 119)]
    titles = [f"ti3 yu4 xin1 we2n {i}" for i in range(120)]
    texts = [f"be3i ji1ng shi2 jia1n {i} yue4 , {m.text('sms').lower()}" for i in range(120)]
    return Case(
        m.csv("train.csv", None, zip(labels, titles, texts, strict=True), quote="all"),
        (classify(pairs(zip(titles, texts, strict=True), labels)),),
    )


@form("headerless", "columns by number: --text-column 1 --label-column 2, first row has label 1")
def headerless_by_number(m: Maker) -> Case:
    labels, texts = ["1", *m.labels("0 1", 99)], m.texts("review", 100)
    path = m.lines("data.txt", map("\t".join, zip(texts, labels, strict=True)))
    return Case(path, (classify(pairs(texts, labels)),), options={"text_columns": ["1"], "label_column": "2"})


@form("headerless", "text, label in words; the label of the first row recurs below")
def headerless_words(m: Maker) -> Case:
    labels, texts = m.labels("happy sad angry", 100), m.texts("sms", 100)
    return Case(m.csv("emotions.csv", None, zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),))


@form("headerless", "sorted: the label of the first row recurs, others come 900 rows later; short texts")
def headerless_words_sorted(m: Maker) -> Case:
    labels, texts = m.labels("billing delivery account", 2700, "sorted"), m.texts("sms", 2700, 2)
    return Case(m.csv("tickets.csv", None, zip(labels, texts, strict=True)), (classify(pairs(texts, labels)),))


@form("headerless", "id, label, text without a header; ids rise")
def headerless_with_ids(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 120), m.texts("review", 120)
    rows = [(5000 + i, labels[i], texts[i]) for i in range(120)]
    return Case(m.csv("data.csv", None, rows), (classify(pairs(texts, labels)),))


@form("headerless", "semicolons, text first, class 3 in the first row, no quotes")
def headerless_semicolons(m: Maker) -> Case:
    labels, texts = ["3", *m.labels("1 2 3", 99)], [text.rstrip(".") for text in m.texts("de", 100)]
    path = m.csv("bewertungen.csv", None, zip(texts, labels, strict=True), delimiter=";", quote="none")
    return Case(path, (classify(pairs(texts, labels)),))


@form("headerless", "a header of numbers: pandas wrote columns without names as ,0,1")
def headerless_pandas_numbers(m: Maker) -> Case:
    labels, texts = m.labels("pos neg", 100), m.texts("review", 100)
    rows = [(i, texts[i], labels[i]) for i in range(100)]
    return Case(m.csv("out.csv", ",0,1", rows), (classify(pairs(texts, labels)),))


@form("headerless", "short texts of one or two words, label first, first row 1")
def headerless_short_texts(m: Maker) -> Case:
    words = ("buy now", "see you", "hello", "win cash", "good night", "free gift", "call me", "ok fine")
    labels = ["1", *m.labels("0 1", 119)]
    texts = [f"{words[i % 8]} {i}" for i in range(120)]
    return Case(m.csv("short.csv", None, zip(labels, texts, strict=True)), (classify(pairs(texts, labels)),))


@form("headerless", "labels of three sorts: -1, 0, 1, first row -1, with a valid file that begins with 1")
def headerless_minus_one(m: Maker) -> Case:
    labels, texts = ["-1", *m.labels("-1 0 1", 119)], m.texts("tweet", 120)
    others, more = ["1", *m.labels("-1 0 1", 39)], m.texts("tweet", 40)
    path = m.csv("train.csv", None, zip(texts, labels, strict=True))
    valid = m.csv("valid.csv", None, zip(more, others, strict=True))
    return Case(path, (classify(pairs(texts + more, labels + others)),), options={"valid": str(valid)})


@form("headerless", "a folder of train.csv and test.csv without headers, tests begin with class 2")
def headerless_folder(m: Maker) -> Case:
    labels, texts = ["0", *m.labels("0 1 2", 119)], m.texts("zh", 120)
    others, more = ["2", *m.labels("0 1 2", 39)], m.texts("zh", 40)
    m.csv("data/train.csv", None, zip(labels, texts, strict=True))
    m.csv("data/test.csv", None, zip(others, more, strict=True))
    return Case(m.folder / "data", (classify(pairs(texts, labels), test=pairs(more, others)),))


@form("headerless", "training file with a header, test file without one")
def headerless_test_only(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 120), m.texts("review", 120)
    others, more = ["1", *m.labels("0 1", 39)], m.texts("review", 40)
    path = m.csv("train.csv", "label,text", zip(labels, texts, strict=True))
    test = m.csv("test.csv", None, zip(others, more, strict=True))
    right = classify(pairs(texts, labels), test=pairs(more, others))
    return Case(
        path,
        (right, Refused(("test.csv", "header|column"))),
        said=(("test.csv", "header"),),
        options={"test": str(test)},
    )


@form("headerless", "a header with names, below it numbers only and a text: sentence, 1")
def headerless_unusual_header(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 120), m.texts("review", 120)
    return Case(
        m.csv("data.csv", "phrase_clean,is_ironic", zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),)
    )


@form("headerless", "the header's names occur below too: a row reads text,label")
def headerless_repeated_header(m: Maker) -> Case:
    labels, texts = m.labels("a b", 80), m.texts("review", 80)
    rows = [*zip(texts[:40], labels[:40], strict=True), ("text", "label"), *zip(texts[40:], labels[40:], strict=True)]
    path = m.csv("merged.csv", "text,label", rows)
    return Case(path, (classify(pairs(texts, labels), says=("header",)),), said=(("header",),))
