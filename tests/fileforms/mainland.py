"""Chinese, Japanese and Korean collections as competitions and sites give them away."""

from __future__ import annotations

from fileforms.model import Case, Maker, classify, form, pairs

GROUP = "chinese"


@form(GROUP, "cnews: a folder of cnews.train.txt, cnews.val.txt, cnews.test.txt and cnews.vocab.txt")
def chinese_cnews(m: Maker) -> Case:
    labels, texts = m.labels(("体育", "财经", "房产"), 180), m.texts("zhnews", 180)
    lines = [f"{label}\t{text}" for label, text in zip(labels, texts, strict=True)]
    for name, part in (("train", lines[:120]), ("val", lines[120:150]), ("test", lines[150:])):
        m.lines(f"cnews/cnews.{name}.txt", part)
    m.lines("cnews/cnews.vocab.txt", ["<PAD>", *sorted(set("".join(texts)))])
    wanted = classify(pairs(texts[:150], labels[:150]), test=pairs(texts[150:], labels[150:]))
    return Case(m.folder / "cnews", (wanted,), said=((r"cnews\.(val|test)", r"--(valid|test)"),))


@form(GROUP, "FewCLUE: train_0.json, dev_0.json, test_public.json, unlabeled.json in a folder")
def chinese_fewclue(m: Maker) -> Case:
    labels, texts = m.labels(("Positive", "Negative"), 180), m.texts("zh", 180)
    values = [{"id": i, "sentence": texts[i], "label": labels[i]} for i in range(180)]
    for name, part in (("train_0", values[:120]), ("dev_0", values[120:150]), ("test_public", values[150:])):
        m.jsonl(f"eprstmt/{name}.json", part)
    m.jsonl("eprstmt/unlabeled.json", [{"id": i, "sentence": text} for i, text in enumerate(m.texts("zhq", 60))])
    wanted = classify(pairs(texts[:150], labels[:150]), test=pairs(texts[150:], labels[150:]))
    return Case(m.folder / "eprstmt", (wanted,), said=((r"train_0|dev_0|test_public", r"--(valid|test)"),))


@form(GROUP, "KUAKE-QIC: three JSON lists with the name in front, the test file without labels")
def chinese_kuake(m: Maker) -> Case:
    labels, texts = m.labels(("病情诊断", "治疗方案", "其他"), 150), m.texts("zhq", 150)
    values = [{"id": f"s{i + 1}", "query": texts[i], "label": labels[i]} for i in range(150)]
    m.json("KUAKE-QIC/KUAKE-QIC_train.json", values[:120], indent=2)
    m.json("KUAKE-QIC/KUAKE-QIC_dev.json", values[120:], indent=2)
    bare = [{"id": f"t{i}", "query": text, "label": ""} for i, text in enumerate(m.texts("zh", 30))]
    m.json("KUAKE-QIC/KUAKE-QIC_test.json", bare, indent=2)
    m.json("KUAKE-QIC/example_pred.json", values[:3])
    wanted = classify(pairs(texts, labels))
    return Case(m.folder / "KUAKE-QIC", (wanted,), said=((r"KUAKE-QIC_(dev|test|train)", r"--(valid|test)|train\."),))


@form(GROUP, "SMP2020-EWECT: a JSON list with id, content, label; the first text in one line")
def chinese_ewect(m: Maker) -> Case:
    labels, texts = m.labels("angry happy neutral surprise sad fear", 150), m.texts("zh", 150)
    values = [{"id": i + 1, "content": texts[i], "label": labels[i]} for i in range(150)]
    return Case(m.json("usual_train.txt", values), (classify(pairs(texts, labels)),))


@form(GROUP, "weibo of an epidemic: seven columns, 微博中文内容 and 情感倾向, lists of pictures, GBK")
def chinese_epidemic(m: Maker) -> Case:
    labels, texts, names = m.labels("-1 0 1", 150), m.texts("zh", 150), m.words()
    header = "微博id,微博发布时间,发布人账号,微博中文内容,微博图片,微博视频,情感倾向"
    body = [
        (
            4456072029125500 + i,
            f"01月01日 23:{i % 60:02d}",
            next(names),
            texts[i],
            "['https://p.example/1.jpg']",
            "[]",
            labels[i],
        )
        for i in range(150)
    ]
    return Case(
        m.csv("nCoV_100k_train.labled.csv", header, body, encoding="gb18030"), (classify(pairs(texts, labels)),)
    )


@form(GROUP, "Meituan ASAP: id, review, star and 18 columns of aspects with -2, -1, 0, 1: star, or named")
def chinese_asap(m: Maker) -> Case:
    stars, texts = m.labels("1.0 2.0 3.0 4.0 5.0", 150), m.texts("zh", 150, 2)
    aspects = [f"{a}#{b}" for a in ("Location", "Service", "Food") for b in ("Price", "Level", "Queue")]
    body = [(i, texts[i], stars[i], *(m.random.choice(["0", "1", "-1", "-2"]) for _ in aspects)) for i in range(150)]
    path = m.csv("train.csv", ["id", "review", "star", *aspects], body)
    return Case(path, (classify(pairs(texts, stars)),), said=(("star", "--label-column"),))


@form(GROUP, "text, four blanks or a tab, number of the class: ThuNews lines mixed by hand, .txt")
def chinese_number_behind(m: Maker) -> Case:
    labels, texts = m.labels("0 1 2 3 4 5 6 7 8 9", 200), [text.replace(" ", "：") for text in m.texts("zhnews", 200)]
    return Case(
        m.lines("train.txt", (f"{t}\t{c}" for t, c in zip(texts, labels, strict=True))),
        (classify(pairs(texts, labels)),),
    )


@form(GROUP, "Toutiao's own: 6551700932705387022_!_101_!_news_culture_!_title_!_keywords, some keywords empty")
def chinese_toutiao_keywords(m: Maker) -> Case:
    codes = {"101": "news_culture", "103": "news_sports", "109": "news_tech"}
    numbers, titles = m.labels(tuple(codes), 200), m.texts("zhnews", 200)
    lines = [
        "_!_".join(
            [str(65517009327053 + i * 911), numbers[i], codes[numbers[i]], titles[i], "保利,马" if i % 3 else ""]
        )
        for i in range(200)
    ]
    names = [codes[number] for number in numbers]
    ways = tuple(classify(pairs(titles, way)) for way in (names, numbers))
    return Case(m.lines("toutiao_cat_data.txt", lines), ways, said=(("--label-column",), ("--text-column",)))


@form(GROUP, "Big5: 評論 and 情感, a table of Excel in Taiwan")
def chinese_big5_table(m: Maker) -> Case:
    words = (
        "這家餐廳的服務很好",
        "房間太小而且很吵",
        "價格便宜東西又新鮮",
        "等了一個小時才上菜",
        "早餐種類豐富",
        "下次還會再來",
    )
    labels = m.labels(("正面", "負面"), 150)
    texts = [f"{m.random.choice(words)}，{m.random.choice(words)}，{i}分" for i in range(150)]
    path = m.csv("comments.csv", "評論,情感", zip(texts, labels, strict=True), encoding="big5", end="\r\n")
    return Case(path, (classify(pairs(texts, labels)),), said=(("big5|encoding",),))


@form(GROUP, "Shift-JIS with tabs and no header: 3, tab, text")
def chinese_shift_jis_tabs(m: Maker) -> Case:
    labels, texts = m.labels("1 2 3", 150), m.texts("ja", 150)
    path = m.lines("train.tsv", (f"{c}\t{t}" for t, c in zip(texts, labels, strict=True)), "shift_jis", "\r\n")
    return Case(path, (classify(pairs(texts, labels)),), said=(("encoding|shift",),))


@form(GROUP, "EUC-KR: 리뷰 and 평점, semicolons")
def chinese_euc_kr(m: Maker) -> Case:
    words = (
        "배송이 정말 빨라요",
        "생각보다 작아서 실망했어요",
        "가격이 좋고 품질도 좋아요",
        "다시는 안 살 거예요",
        "친구에게 추천합니다",
        "포장이 엉망이었어요",
    )
    labels = m.labels("1 2 4 5", 150)
    texts = [f"{m.random.choice(words)} {m.random.choice(words)} {i}번" for i in range(150)]
    path = m.csv("reviews.csv", "리뷰,평점", zip(texts, labels, strict=True), delimiter=";", encoding="euc-kr")
    return Case(path, (classify(pairs(texts, labels)),), said=(("encoding|euc|949",),))


@form(GROUP, "one character a text: 的, 好, and its part of speech")
def chinese_single_characters(m: Maker) -> Case:
    texts = [chr(0x4E00 + 7 * i) for i in range(150)]
    labels = m.labels(("名词", "动词", "形容词"), 150)
    return Case(m.csv("d.csv", "字,词性", zip(texts, labels, strict=True)), (classify(pairs(texts, labels)),))


@form(GROUP, "long texts without blanks beside a short keyword column: 正文, 关键词, 类别")
def chinese_keyword_beside(m: Maker) -> Case:
    labels, texts = m.labels(("文化", "科技"), 150), m.texts("zhnews", 150, 3)
    body = [(texts[i].replace(" ", "，"), texts[i].split()[0], labels[i]) for i in range(150)]
    wanted = [text.replace(" ", "，") for text in texts]
    both = list(zip(wanted, (row[1] for row in body), strict=True))
    ways = (classify(pairs(wanted, labels)), classify(pairs(both, labels)))
    return Case(m.csv("d.csv", "正文,关键词,类别", body), ways)
