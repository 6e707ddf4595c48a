"""File forms as people have them, made here in miniature, each with what must be read.

``FORMS`` has them all by name; ``judge`` reads one through the program and says right, said or wrong.
tests/text/test_forms.py and benchmarks/forms.py run them.
"""

from fileforms import (  # noqa: F401  (each registers its forms)
    chatbots,
    chinese,
    firstlines,
    folders,
    jsons,
    kaggle,
    labels,
    labeltools,
    libraries,
    lines,
    published,
    reviews,
    running,
    scripts,
    spreadsheets,
)
from fileforms.model import FORMS, Case, Form, Maker, Refused, Want

__all__ = ["FORMS", "Case", "Form", "Maker", "Refused", "Want"]
