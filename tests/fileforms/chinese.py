"""CLUE and other Chinese sets."""

from __future__ import annotations

from fileforms.model import Case, Maker, Refused, classify, form, pairs, several

GROUP = "chinese"


@form(GROUP, "TNEWS: JSON Lines in .json; label, label_desc, sentence, keywords")
def clue_tnews(m: Maker) -> Case:
    names = {"100": "news_story", "103": "news_sports", "107": "news_car", "109": "news_tech"}
    labels, texts = m.labels(tuple(names), 160), m.texts("zhnews", 160)
    values = [
        {"label": c, "label_desc": names[c], "sentence": t, "keywords": "雪,出行" if i % 2 else ""}
        for i, (c, t) in enumerate(zip(labels, texts, strict=True))
    ]
    path = m.jsonl("train.json", values)
    return Case(path, (classify(pairs(texts, labels)), classify(pairs(texts, [names[c] for c in labels]))))


@form(GROUP, "TNEWS with labels.json beside it: a dictionary of labels is no split and no data")
def clue_tnews_folder(m: Maker) -> Case:
    names = {"100": "news_story", "103": "news_sports"}
    labels, texts = m.labels(tuple(names), 120), m.texts("zhnews", 120)
    others, more = m.labels(tuple(names), 30), m.texts("zhnews", 30)
    for name, part, sentences in (("train", labels, texts), ("dev", others, more)):
        m.jsonl(
            f"tnews/{name}.json",
            ({"label": c, "label_desc": names[c], "sentence": t} for c, t in zip(part, sentences, strict=True)),
        )
    m.jsonl("tnews/labels.json", ({"label": c, "label_desc": d} for c, d in names.items()))
    right = [classify(pairs(texts + more, part)) for part in (labels + others, [names[c] for c in labels + others])]
    return Case(m.folder / "tnews", tuple(right))


@form(GROUP, "IFLYTEK: label, label_des, sentence")
def clue_iflytek(m: Maker) -> Case:
    names = {"11": "薅羊毛", "70": "工具", "95": "社交", "3": "地图导航"}
    labels, texts = m.labels(tuple(names), 160), m.texts("zh", 160, 3)
    values = [{"label": c, "label_des": names[c], "sentence": t} for c, t in zip(labels, texts, strict=True)]
    return Case(
        m.jsonl("train.json", values),
        (classify(pairs(texts, labels)), classify(pairs(texts, [names[c] for c in labels]))),
    )


@form(GROUP, "CSL: id, abst, keyword as a list, label")
def clue_csl(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 120), m.texts("zh", 120, 3)
    words = [m.random.sample(["水环境", "流量", "模型", "数值计算", "疾病防治"], 3) for _ in texts]
    values = [{"id": i, "abst": texts[i], "keyword": words[i], "label": labels[i]} for i in range(120)]
    ways = classify(pairs([(t, *w) for t, w in zip(texts, words, strict=True)], labels))
    return Case(m.jsonl("train.json", values), (ways,), said=(("keyword", "--text-column|text from"),))


@form(GROUP, "AFQMC: sentence1, sentence2, label")
def clue_afqmc(m: Maker) -> Case:
    labels, a, b = m.labels("0 1", 140), m.texts("zhq", 140), m.texts("zhq", 140)
    values = [{"sentence1": x, "sentence2": y, "label": c} for x, y, c in zip(a, b, labels, strict=True)]
    return Case(
        m.jsonl("train.json", values),
        (classify(pairs(zip(a, b, strict=True), labels)),),
        said=(("sentence2", "--text-column"),),
    )


@form(GROUP, "OCNLI: level, sentence1, sentence2, label, label0 ... label4, genre, ids")
def clue_ocnli(m: Maker) -> Case:
    labels, a, b = m.labels("entailment neutral contradiction", 140), m.texts("zh", 140), m.texts("zh", 140)
    values = [
        {
            "level": ["easy", "medium", "hard"][i % 3],
            "sentence1": a[i],
            "sentence2": b[i],
            "label": labels[i],
            "label0": labels[i],
            "label1": labels[i - 1],
            "label2": None,
            "label3": None,
            "label4": None,
            "genre": ("lit", "news", "tv")[i % 3],
            "prem_id": f"lit_{i}",
            "id": i,
        }
        for i in range(140)
    ]
    return Case(
        m.jsonl("train.50k.json", values),
        (classify(pairs(zip(a, b, strict=True), labels)),),
        said=(("sentence2", "--text-column"),),
    )


@form(GROUP, "WSC: the target is an object, label true/false, text")
def clue_wsc(m: Maker) -> Case:
    labels, texts = m.labels("true false", 100), m.texts("zh", 100, 2)
    values = [
        {
            "target": {"span2_index": 28, "span2_text": "他们", "span1_index": 0, "span1_text": "服务"},
            "idx": i,
            "label": labels[i],
            "text": texts[i],
        }
        for i in range(100)
    ]
    return Case(m.jsonl("train.json", values), (classify(pairs(texts, labels)),))


@form(GROUP, "CLUENER: the label is an object of spans: not a class")
def clue_cluener(m: Maker) -> Case:
    texts = m.texts("zhnews", 80)
    values = [
        {
            "text": t,
            "label": {"name": {t[:2]: [[0, 1]]}, "company": {t[3:5]: [[3, 4]]}}
            if i % 2
            else {"name": {t[:2]: [[0, 1]]}},
        }
        for i, t in enumerate(texts)
    ]
    return Case(
        m.jsonl("train.json", values),
        (Refused(("label", "object|nested|label\\.")),),
        said=(("label", "object|nested"),),
    )


@form(GROUP, "EPRSTMT: id, sentence, label Positive/Negative")
def clue_eprstmt(m: Maker) -> Case:
    labels, texts = m.labels("Positive Negative", 64), m.texts("zh", 64, 2)
    values = [{"id": i, "sentence": t, "label": c} for i, (t, c) in enumerate(zip(texts, labels, strict=True))]
    return Case(m.jsonl("train_0.json", values), (classify(pairs(texts, labels)),))


@form(GROUP, "ChnSentiCorp: train.tsv has label, text_a; dev.tsv has qid, label, text_a")
def zh_chnsenticorp(m: Maker) -> Case:
    labels, texts = m.labels("0 1", 120), m.texts("zh", 120, 2)
    others, more = m.labels("0 1", 40), m.texts("zh", 40, 2)
    m.csv("chn/train.tsv", "label,text_a", zip(labels, texts, strict=True), delimiter="\t", quote="none")
    m.csv(
        "chn/dev.tsv",
        "qid,label,text_a",
        ((i, c, t) for i, (c, t) in enumerate(zip(others, more, strict=True))),
        delimiter="\t",
        quote="none",
    )
    return Case(m.folder / "chn", (classify(pairs(texts + more, labels + others)),))


@form(GROUP, "ChnSentiCorp_htl_all.csv: label, review; the first 1,600 of 2,400 rows have label 1")
def zh_hotel_sorted(m: Maker) -> Case:
    labels, texts = m.labels("1 1 0", 2400, "sorted"), m.texts("zh", 2400, 2)
    return Case(
        m.csv("ChnSentiCorp_htl_all.csv", "label,review", zip(labels, texts, strict=True)),
        (classify(pairs(texts, labels)),),
    )


@form(GROUP, "waimai_10k.csv with a BOM, sorted")
def zh_waimai(m: Maker) -> Case:
    labels, texts = m.labels("1 0 0", 1800, "sorted"), m.texts("zh", 1800, 2)
    path = m.csv("waimai_10k.csv", "label,review", zip(labels, texts, strict=True), encoding="utf-8-sig", end="\r\n")
    return Case(path, (classify(pairs(texts, labels)),))


@form(GROUP, "online_shopping_10_cats.csv: cat, label, review; sorted by cat, then by label")
def zh_online_shopping(m: Maker) -> Case:
    cats = m.labels("书籍 平板 手机 水果 酒店", 2500, "sorted")
    labels, texts = [str(int(i % 500 < 250)) for i in range(2500)], m.texts("zh", 2500, 2)
    path = m.csv("online_shopping_10_cats.csv", "cat,label,review", zip(cats, labels, texts, strict=True))
    return Case(path, (classify(pairs(texts, labels), says=("cat",)),), said=(("'cat'", "'label'", "--label-column"),))


@form(GROUP, "Douban comments: nine columns, Star as label, two columns of the film's name, Date")
def zh_douban(m: Maker) -> Case:
    labels, texts = m.labels("1 2 3 4 5", 200), m.texts("zh", 200)
    rows = [
        (
            i,
            ("Avengers", "Zootopia")[i % 2],
            ("复仇者联盟", "疯狂动物城")[i % 2],
            "2017-01-22",
            i % 20 + 1,
            f"用户{i}",
            f"2015-05-{i % 28 + 1:02d}",
            labels[i],
            f" {texts[i]}",
            i * 3 % 100,
        )
        for i in range(200)
    ]
    path = m.csv("DMSC.csv", "ID,Movie_Name_EN,Movie_Name_CN,Crawl_Date,Number,Username,Date,Star,Comment,Like", rows)
    named = ("Star", "Movie_Name", "--label-column")
    return Case(path, (classify(pairs(texts, labels)),), said=(named,))


@form(GROUP, "THUCNews: 体育, tab, text; .txt without a header, sorted")
def zh_thucnews(m: Maker) -> Case:
    labels, texts = m.labels("体育 财经 房产 家居", 200, "sorted"), m.texts("zhnews", 200, 3)
    return Case(
        m.lines("cnews.train.txt", map("\t".join, zip(labels, texts, strict=True))), (classify(pairs(texts, labels)),)
    )


@form(GROUP, "a repository's data folder: train.txt, dev.txt, test.txt (text, tab, number) and class.txt")
def zh_repository_folder(m: Maker) -> Case:
    parts = {}
    for name, count in (("train", 160), ("dev", 40), ("test", 40)):
        labels, texts = ["3", *m.labels("0 1 2 3", count - 1)], m.texts("zhnews", count)
        m.lines(f"data/{name}.txt", map("\t".join, zip(texts, labels, strict=True)))
        parts[name] = pairs(texts, labels)
    m.lines("data/class.txt", ("finance", "realty", "stocks", "education"))
    return Case(m.folder / "data", (classify(parts["train"] + parts["dev"], test=parts["test"]),))


@form(GROUP, "Toutiao titles: fields between _!_")
def zh_toutiao(m: Maker) -> Case:
    names = ("news_culture", "news_sports", "news_tech", "news_car")
    labels, texts = m.labels(names, 200), m.texts("zhnews", 200)
    lines = [
        f"{6551700932705387022 + i}_!_{101 + names.index(c)}_!_{c}_!_{t}_!_降雪,城市"
        for i, (c, t) in enumerate(zip(labels, texts, strict=True))
    ]
    path = m.lines("toutiao_cat_data.txt", lines)
    codes = [str(101 + names.index(c)) for c in labels]
    return Case(
        path,
        (classify(pairs(texts, labels)), classify(pairs(texts, codes))),
        said=(("_!_",), ("label", "classif", "separat|delimit")),
    )


@form(GROUP, "LCQMC: no header, two questions and 0/1, tabs, .txt; the first label is 1")
def zh_lcqmc(m: Maker) -> Case:
    labels, a, b = ["1", *m.labels("0 1", 139)], m.texts("zhq", 140), m.texts("zhq", 140)
    path = m.lines("train.txt", map("\t".join, zip(a, b, labels, strict=True)))
    return Case(path, (classify(pairs(zip(a, b, strict=True), labels)),), said=(("'2'", "--text-column"),))


@form(GROUP, "BQ corpus: sentence1, sentence2, label as CSV")
def zh_bq(m: Maker) -> Case:
    labels, a, b = m.labels("0 1", 140), m.texts("zhq", 140), m.texts("zhq", 140)
    return Case(
        m.csv("train.csv", "sentence1,sentence2,label", zip(a, b, labels, strict=True)),
        (classify(pairs(zip(a, b, strict=True), labels)),),
        said=(("sentence2", "--text-column"),),
    )


@form(GROUP, "a GBK table with Chinese names, 评论 and 情感, saved by Excel")
def zh_gbk_table(m: Maker) -> Case:
    labels, texts = m.labels("正面 负面", 120), m.texts("zh", 120)
    rows = [(i + 1, texts[i], labels[i]) for i in range(120)]
    return Case(
        m.csv("评论.csv", "编号,评论,情感", rows, encoding="gbk", end="\r\n"), (classify(pairs(texts, labels)),)
    )


@form(GROUP, "GB18030 with rare characters, label and text behind a tab")
def zh_gb18030(m: Maker) -> Case:
    labels = m.labels("好评 差评", 120)
    texts = [f"{text}𠮷{'㐂' if i % 2 else ''}" for i, text in enumerate(m.texts("zh", 120))]
    return Case(
        m.lines("评论.txt", map("\t".join, zip(labels, texts, strict=True)), "gb18030"),
        (classify(pairs(texts, labels)),),
    )


@form(GROUP, "Big5: said which encoding was taken, or read")
def zh_big5(m: Maker) -> Case:
    texts = [
        "這家店的服務比想像中好很多",
        "昨天收到的手機讓人非常失望",
        "飯店的早餐跟圖片不太一樣",
        "新買的那本書值得推薦給朋友",
    ]
    labels = m.labels("好 壞", 120)
    lines = [f"{texts[i % 4]}，第{i}次" for i in range(120)]
    path = m.csv("reviews_big5.csv", "text,label", zip(lines, labels, strict=True), encoding="big5")
    return Case(path, (classify(pairs(lines, labels)),), said=(("--encoding",),), options={})


@form(GROUP, "UTF-16 with BOM, 标题 and 类别, tabs")
def zh_utf16(m: Maker) -> Case:
    labels, texts = m.labels("体育 科技 财经", 120), m.texts("zhnews", 120)
    path = m.csv(
        "新闻.txt", "标题,类别", zip(texts, labels, strict=True), delimiter="\t", encoding="utf-16", end="\r\n"
    )
    return Case(path, (classify(pairs(texts, labels)),))


@form(GROUP, "Fudan corpus: a folder per class, files in GBK")
def zh_fudan(m: Maker) -> Case:
    labels, texts = m.labels("C11-Space C15-Energy C16-Electronics", 60, "sorted"), m.texts("zh", 60, 5)
    for i, (label, text) in enumerate(zip(labels, texts, strict=True)):
        m.file(f"train/{label}/{label}{i:04d}.txt", f"【 文献号 】1-{i}\r\n{text}\r\n", "gbk")
    wanted = pairs([f"【 文献号 】1-{i} {text}" for i, text in enumerate(texts)], labels)
    return Case(m.folder / "train", (classify(wanted),))


@form(GROUP, "legal cases: fact, and meta with accusation as a list inside")
def zh_cail(m: Maker) -> Case:
    names = ("盗窃", "诈骗", "故意伤害")
    labels = [tuple(m.random.sample(names, 1 + (i % 5 == 0))) for i in range(120)]
    texts = m.texts("zh", 120, 4)
    values = [
        {
            "fact": t,
            "meta": {
                "relevant_articles": [264],
                "accusation": list(c),
                "punish_of_money": 1000,
                "criminals": ["张某"],
                "term_of_imprisonment": {"imprisonment": 6, "death_penalty": False},
            },
        }
        for t, c in zip(texts, labels, strict=True)
    ]
    named = ("meta",)
    return Case(
        m.jsonl("data_train.json", values),
        (several(pairs(texts, labels)), Refused(("meta.accusation",))),
        said=(named,),
    )


@form(GROUP, 'intents: utterances under their intent, {"天气": ["...", ...]}')
def zh_intents_by_name(m: Maker) -> Case:
    groups = {label: m.texts("zhq", 40) for label in ("查账", "挂失", "转账")}
    wanted = pairs([t for texts in groups.values() for t in texts], [c for c, texts in groups.items() for _ in texts])
    return Case(
        m.json("intents.json", groups, indent=1), (classify(wanted), Refused((r"查账|text",))), said=(("查账", "挂失"),)
    )


@form(GROUP, "simplifyweibo_4_moods.csv: label, review; four moods, sorted, 5,000 rows")
def zh_moods_sorted(m: Maker) -> Case:
    labels, texts = m.labels("0 1 2 3", 5000, "sorted"), m.texts("zh", 5000, 2)
    return Case(
        m.csv("simplifyweibo_4_moods.csv", "label,review", zip(labels, texts, strict=True)),
        (classify(pairs(texts, labels)),),
    )


@form(GROUP, "news table: 标题, 内容, 类别, 发布时间, 来源: label 类别, both texts")
def zh_news_table(m: Maker) -> Case:
    labels, titles, texts = m.labels("体育 财经 科技", 150), m.texts("zhnews", 150), m.texts("zh", 150, 3)
    rows = [
        (titles[i], texts[i], labels[i], f"2023-0{i % 9 + 1}-12 08:00", ("新华", "中新", "人民")[i % 3])
        for i in range(150)
    ]
    path = m.csv("news.csv", "标题,内容,类别,发布时间,来源", rows)
    return Case(path, (classify(pairs(zip(titles, texts, strict=True), labels)),))


@form(GROUP, "full-width commas between text and label in .txt: text，label")
def zh_fullwidth_comma(m: Maker) -> Case:
    labels = m.labels("正面 负面", 100)
    texts = [text.rstrip("。") for text in m.texts("zh", 100)]
    path = m.lines("train.txt", (f"{t}，{c}" for t, c in zip(texts, labels, strict=True)))
    return Case(path, (classify(pairs(texts, labels)),), said=(("label", "classif"),))
