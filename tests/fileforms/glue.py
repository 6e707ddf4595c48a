"""GLUE and its kin: tables of two texts, many columns, and scores that are no classes."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, classify, form, pairs

PAIR = ("--text-column",)


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
