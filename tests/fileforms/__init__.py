"""File forms as people have them, made here in miniature, each with what must be read.

``FORMS`` has them all by name; ``judge`` reads one through the program and says right, said or wrong.
tests/data/test_forms.py and benchmarks/forms.py run them.
"""

from fileforms import (  # noqa: F401  (each registers its forms)
    annotation,
    books,
    candidates,
    cells,
    chatbots,
    chinese,
    corpora,
    damaged,
    dirt,
    exports,
    firstlines,
    folders,
    glue,
    headerless,
    headerless_rows,
    jsons,
    kaggle,
    kaggle_tables,
    labelstudio,
    labeltools,
    libraries,
    lines,
    mainland,
    markup,
    missing,
    offices,
    onehot,
    packing,
    pairs,
    programs,
    prose,
    quantities,
    reviews,
    scripts,
    spreadsheets,
    talk,
    traps,
    uci,
    uploads,
)
from fileforms.model import FORMS, Case, Form, Maker, Refused, Want

__all__ = ["FORMS", "Case", "Form", "Maker", "Refused", "Want"]
