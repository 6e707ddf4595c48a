"""Folders, archives, Parquet, and what Hugging Face datasets leaves on a disk."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

from fileforms.model import Case, Maker, Refused, Row, Want, classify, form, pairs, several
from fileforms.spreadsheets import _zip

GROUP = "folders"


def _made(
    m: Maker, names: str = "pos neg", count: int = 60, style: str = "review"
) -> tuple[list[str], list[str], list[Row]]:
    labels, texts = m.labels(names, count, "sorted"), m.texts(style, count, 2)
    return labels, texts, pairs(texts, labels)


@form(GROUP, "a folder per class, one text a file")
def folder_per_class(m: Maker) -> Case:
    labels, texts, rows = _made(m, "business sport tech")
    for i, (c, t) in enumerate(zip(labels, texts, strict=True)):
        m.file(f"bbc/{c}/{i % 20 + 1:03d}.txt", t)
    return Case(m.folder / "bbc", (classify(rows),))


@form(GROUP, "20 Newsgroups: files without a suffix, Latin-1, headers of mail")
def folder_newsgroups(m: Maker) -> Case:
    labels, texts, _ = _made(m, "sci.space rec.autos talk.misc")
    texts = [f"From: a{i}@example.org (Zoë)\nSubject: Re: {m.text('headline')}\n\n{t}\n" for i, t in enumerate(texts)]
    for i, (c, t) in enumerate(zip(labels, texts, strict=True)):
        m.file(f"20news/{c}/{51060 + i}", t, "latin-1")
    return Case(m.folder / "20news", (classify(pairs(texts, labels)),))


@form(GROUP, "aclImdb: train and test with pos and neg, unsup without labels, urls and vocabulary beside")
def folder_acl_imdb(m: Maker) -> Case:
    wanted = {}
    for split in ("train", "test"):
        labels, texts, wanted[split] = _made(m)
        for i, (c, t) in enumerate(zip(labels, texts, strict=True)):
            m.file(f"aclImdb/{split}/{c}/{i}_{9 if c == 'pos' else 2}.txt", t)
        m.file(f"aclImdb/{split}/urls_pos.txt", "http://www.example.org\n")
        m.file(f"aclImdb/{split}/labeledBow.feat", "9 0:9 1:1\n")
    for i, t in enumerate(m.texts("review", 30, 3)):
        m.file(f"aclImdb/train/unsup/{i}_0.txt", t)
    m.file("aclImdb/imdb.vocab", "the\nand\n")
    m.file("aclImdb/README", "Large Movie Review Dataset\n")
    right = classify(wanted["train"], test=wanted["test"])
    return Case(m.folder / "aclImdb", (right,), said=(("unsup",),))


@form(GROUP, "train, valid and test, a folder per class in each")
def folder_splits_of_classes(m: Maker) -> Case:
    wanted = {}
    for split in ("train", "valid", "test"):
        labels, texts, wanted[split] = _made(m, "cat dog", 30)
        for i, (c, t) in enumerate(zip(labels, texts, strict=True)):
            m.file(f"data/{split}/{c}/{i}.txt", t)
    return Case(m.folder / "data", (classify(wanted["train"] + wanted["valid"], test=wanted["test"]),))


@form(GROUP, "train.csv, valid.csv, test.csv and a README.md")
def folder_of_csv_splits(m: Maker) -> Case:
    wanted = {}
    for split in ("train", "valid", "test"):
        labels, texts, wanted[split] = _made(m, "cat dog", 40)
        m.csv(f"data/{split}.csv", "text,label", zip(texts, labels, strict=True))
    m.file("data/README.md", "# Data\n")
    return Case(m.folder / "data", (classify(wanted["train"] + wanted["valid"], test=wanted["test"]),))


@form(GROUP, "test.csv has no labels (a competition): left out, and said; sample_submission.csv beside")
def folder_competition(m: Maker) -> Case:
    labels, texts, rows = _made(m, "0 1", 80)
    m.csv("nlp/train.csv", "id,text,target", ((i, t, c) for i, (t, c) in enumerate(zip(texts, labels, strict=True))))
    m.csv("nlp/test.csv", "id,text", enumerate(m.texts("review", 30)))
    m.csv("nlp/sample_submission.csv", "id,target", ((i, 0) for i in range(30)))
    return Case(m.folder / "nlp", (classify(rows, says=("test",)),))


@form(GROUP, "wisesight: pos.txt, neg.txt, neu.txt, q.txt, one text a line")
def folder_file_per_class(m: Maker) -> Case:
    wanted: list[Row] = []
    for name in ("pos", "neg", "neu", "q"):
        texts = m.texts("th", 40)
        m.lines(f"wisesight/{name}.txt", texts)
        wanted += pairs(texts, [name] * 40)
    return Case(
        m.folder / "wisesight",
        (classify(wanted), Refused((r"pos\.txt|neg\.txt",))),
        said=((r"pos\.txt|neg\.txt", "class|label"),),
    )


@form(GROUP, "rt-polaritydata: rt-polarity.pos and rt-polarity.neg, Latin-1")
def folder_rt_polarity(m: Maker) -> Case:
    wanted: list[Row] = []
    for name in ("pos", "neg"):
        texts = [t.lower() for t in m.texts("review", 50)]
        m.lines(f"rt-polaritydata/rt-polarity.{name}", texts, "latin-1")
        wanted += pairs(texts, [name] * 50)
    rows = [(text, (f"rt-polarity.{labels[0]}",)) for text, labels in wanted]
    return Case(
        m.folder / "rt-polaritydata",
        (classify(wanted), classify(rows), Refused(("sub-folders|label/",))),
        said=((r"rt-polarity\.pos|rt-polarity\.neg", "class|label"),),
    )


@form(GROUP, "system files among the classes: .DS_Store, __MACOSX, Thumbs.db")
def folder_system_files(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    for i, (c, t) in enumerate(zip(labels, texts, strict=True)):
        m.file(f"data/{c}/{i}.txt", t)
        m.file(f"data/__MACOSX/{c}/._{i}.txt", b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X")
    m.file("data/.DS_Store", b"\x00\x00\x00\x01Bud1")
    m.file("data/pos/.DS_Store", b"\x00\x00\x00\x01Bud1")
    m.file("data/neg/Thumbs.db", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    return Case(m.folder / "data", (classify(rows),), said=(("__MACOSX|Thumbs",),))


@form(GROUP, "sub-folders of a class: class/author/file.txt")
def folder_deeper(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    for i, (c, t) in enumerate(zip(labels, texts, strict=True)):
        m.file(f"data/{c}/author{i % 3}/{i}.txt", t)
    return Case(m.folder / "data", (classify(rows), Refused(("folder",))), said=(("author0|sub-folder|folder",),))


@form(GROUP, "parts of one table: part-00000.csv, part-00001.csv with the same header")
def folder_of_parts(m: Maker) -> Case:
    wanted: list[Row] = []
    for part in range(3):
        labels, texts, rows = _made(m, "pos neg", 40)
        m.csv(f"out/part-{part:05d}.csv", "text,label", zip(texts, labels, strict=True))
        wanted += rows
    m.file("out/_SUCCESS", b"")
    return Case(m.folder / "out", (classify(wanted), Refused(("part-0000",))))


@form(GROUP, "a novel in chapters: a folder of .txt files without classes")
def folder_of_chapters(m: Maker) -> Case:
    texts = [m.text("plain", 20) for _ in range(6)]
    for i, text in enumerate(texts, 1):
        m.file(f"novel/chapter{i}.txt", text + "\n")
    return Case(
        m.folder / "novel", (Want("lm", text="".join(texts)), Refused(("chapter|files|folder",))), said=(("chapter",),)
    )


@form(GROUP, "train.txt and test.txt of plain text: a language model with its splits")
def folder_of_text_splits(m: Maker) -> Case:
    train, valid, test = ("\n".join(m.texts("plain", n, 2)) for n in (120, 30, 30))
    for name, text in (("wiki.train.tokens", train), ("wiki.valid.tokens", valid), ("wiki.test.tokens", test)):
        m.file(f"wikitext/{name}", text + "\n")
    return Case(m.folder / "wikitext", (Want("lm", text=train + valid), Refused(("give a file",))))


@form("archives", "a .zip of a table: refused, and said to unpack it")
def archive_zip(m: Maker) -> Case:
    return Case(m.file("data.zip", _zip({"train.csv": "text,label\nfine,1\n" * 40})), (Refused(("zip|archive",)),))


@form("archives", "a .csv.zip, as Kaggle serves it")
def archive_csv_zip(m: Maker) -> Case:
    return Case(m.file("train.csv.zip", _zip({"train.csv": "text,label\nfine,1\n" * 40})), (Refused(("zip|archive",)),))


@form("archives", "a .tar.gz: refused, not read as text")
def archive_tar_gz(m: Maker) -> Case:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        content = "\n".join(m.texts("plain", 60)).encode()
        info = tarfile.TarInfo("book/one.txt")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return Case(m.file("data.tgz", out.getvalue()), (Refused((r"\btar\b|archive|binary",)),))


@form("archives", "gzip without .gz in the name")
def archive_gzip_unnamed(m: Maker) -> Case:
    labels, texts, rows = _made(m)
    path = m.csv("train.csv.gz", "text,label", zip(texts, labels, strict=True))
    path = path.rename(path.with_name("train.csv"))
    return Case(path, (classify(rows),))


@form("archives", "a PDF: refused by name")
def archive_pdf(m: Maker) -> Case:
    return Case(
        m.file(
            "book.pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nstream\n" + bytes(range(256)) * 8
        ),
        (Refused(("PDF|binary|no text|not text",)),),
    )


@form("archives", "a Word document: refused by name")
def archive_docx(m: Maker) -> Case:
    return Case(
        m.file("book.docx", _zip({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})),
        (Refused(("Word|docx|zip|archive|binary",)),),
    )


@form("archives", "pickles of pandas: refused")
def archive_pickle(m: Maker) -> Case:
    return Case(
        m.file("df.pkl", b"\x80\x05\x95\x1e\x00\x00\x00\x00\x00\x00\x00\x8c\x11pandas.core.frame\x94" + bytes(64)),
        (Refused(("binary|pickle|no text|not text",)),),
    )


def _parquet(path: Path, columns: dict[str, list[Any]], features: str | None = None) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table(columns)
    if features:
        table = table.replace_schema_metadata({"huggingface": features})
    pq.write_table(table, path)
    return path


@form("hugging face", "Parquet with text and label")
def hf_parquet(m: Maker) -> Case:
    labels, texts, rows = _made(m, "0 1")
    return Case(
        _parquet(m.folder / "train.parquet", {"text": texts, "label": [int(c) for c in labels]}), (classify(rows),)
    )


@form("hugging face", "a repository's data folder: data/train-00000-of-00002.parquet ..., README.md")
def hf_repository(m: Maker) -> Case:
    wanted: dict[str, list[Row]] = {"train": [], "test": []}
    for split, count in (("train", 2), ("test", 1)):
        for part in range(count):
            labels, texts, rows = _made(m, "0 1", 50)
            _parquet(
                m.folder / "repo" / "data" / f"{split}-{part:05d}-of-{count:05d}.parquet",
                {"text": texts, "label": [int(c) for c in labels]},
            )
            wanted[split] += rows
    m.file("repo/README.md", "---\nconfigs:\n- config_name: default\n---\n# Reviews\n")
    m.file("repo/.gitattributes", "*.parquet filter=lfs\n")
    right = classify(wanted["train"], test=wanted["test"])
    return Case(m.folder / "repo", (right, Refused(("data",))))


@form("hugging face", "the data folder itself")
def hf_data_folder(m: Maker) -> Case:
    wanted: dict[str, list[Row]] = {"train": [], "test": []}
    for split in wanted:
        labels, texts, rows = _made(m, "0 1", 50)
        _parquet(
            m.folder / "data" / f"{split}-00000-of-00001.parquet", {"text": texts, "label": [int(c) for c in labels]}
        )
        wanted[split] += rows
    return Case(m.folder / "data", (classify(wanted["train"], test=wanted["test"]),))


_FEATURES = json.dumps(
    {
        "info": {
            "features": {
                "text": {"dtype": "string", "_type": "Value"},
                "label": {"names": ["neg", "pos"], "_type": "ClassLabel"},
            }
        }
    }
)


@form("hugging face", "class names in the features of a Parquet file: numbers or names")
def hf_parquet_names(m: Maker) -> Case:
    labels, texts, rows = _made(m, "0 1")
    named = pairs(texts, [("neg", "pos")[int(c)] for c in labels])
    path = _parquet(m.folder / "train.parquet", {"text": texts, "label": [int(c) for c in labels]}, _FEATURES)
    return Case(path, (classify(rows), classify(named)))


@form("hugging face", "GoEmotions, simplified: labels as lists of numbers, Parquet")
def hf_parquet_lists(m: Maker) -> Case:
    labels = [m.random.sample([0, 2, 14, 27], 1 + i % 2) for i in range(80)]
    texts = m.texts("tweet", 80)
    path = _parquet(m.folder / "train.parquet", {"text": texts, "labels": labels, "id": [f"e{i}" for i in range(80)]})
    return Case(path, (several(pairs(texts, [tuple(map(str, c)) for c in labels])),))


@form("hugging face", "Parquet of pandas with its index: __index_level_0__")
def hf_parquet_index(m: Maker) -> Case:
    labels, texts, rows = _made(m, "ham spam")
    path = _parquet(m.folder / "df.parquet", {"message": texts, "kind": labels, "__index_level_0__": list(range(60))})
    return Case(path, (classify(rows),))


@form("hugging face", "Parquet with a struct: review.text, review.label")
def hf_parquet_struct(m: Maker) -> Case:
    labels, texts, rows = _made(m, "ham spam")
    path = _parquet(
        m.folder / "df.parquet",
        {"id": list(range(60)), "review": [{"text": t, "label": c} for t, c in zip(texts, labels, strict=True)]},
    )
    return Case(path, (classify(rows), Refused((r"review",))))


@form("hugging face", "save_to_disk: dataset_info.json, state.json and an Arrow file")
def hf_save_to_disk(m: Maker) -> Case:
    import pyarrow as pa

    labels, texts, rows = _made(m, "0 1")
    table = pa.table({"text": texts, "label": [int(c) for c in labels]})
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    m.file("saved/data-00000-of-00001.arrow", out.getvalue())
    m.json(
        "saved/dataset_info.json",
        {
            "citation": "",
            "description": "",
            "features": {"text": {"dtype": "string", "_type": "Value"}},
            "homepage": "",
            "license": "",
        },
        indent=2,
    )
    m.json(
        "saved/state.json",
        {
            "_data_files": [{"filename": "data-00000-of-00001.arrow"}],
            "_fingerprint": "af",
            "_format_columns": None,
            "_split": "train",
        },
        indent=2,
    )
    return Case(m.folder / "saved", (classify(rows), Refused(("Arrow|save_to_disk",))))


@form("hugging face", "an .arrow file")
def hf_arrow(m: Maker) -> Case:
    import pyarrow as pa

    labels, texts, rows = _made(m, "0 1")
    table = pa.table({"text": texts, "label": [int(c) for c in labels]})
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return Case(m.file("train.arrow", out.getvalue()), (classify(rows), Refused(("Arrow|binary",))))


@form("hugging face", "to_csv: text, label")
def hf_to_csv(m: Maker) -> Case:
    labels, texts, rows = _made(m, "0 1 2")
    return Case(m.csv("train.csv", "text,label", zip(texts, labels, strict=True)), (classify(rows),))


@form("hugging face", "to_json: JSON Lines named .json, ASCII")
def hf_to_json(m: Maker) -> Case:
    labels, texts, rows = _made(m, "0 1 2", style="zh")
    return Case(
        m.jsonl("train.json", ({"text": t, "label": int(c)} for t, c in zip(texts, labels, strict=True)), ascii=True),
        (classify(rows),),
    )


@form("hugging face", "tweet_eval as files: train_text.txt and train_labels.txt, mapping.txt")
def hf_tweet_eval(m: Maker) -> Case:
    for split, count in (("train", 80), ("val", 20), ("test", 20)):
        m.lines(f"irony/{split}_text.txt", m.texts("tweet", count))
        m.lines(f"irony/{split}_labels.txt", m.labels("0 1", count))
    m.lines("irony/mapping.txt", ("0\tnon_irony", "1\tirony"))
    return Case(
        m.folder / "irony",
        (Want("classify", count=100, labels=frozenset("01")), Refused(("_labels|files",))),
        said=(("train_labels", "classif|refus|label of"),),
    )
