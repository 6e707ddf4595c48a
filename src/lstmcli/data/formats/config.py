"""The registry of file formats, a line each: its name, and where it is declared.

A new format is a file with a ``Format`` in it and a line below: detection, opening, messages, splits and the choices of
``--input-format`` take it from here.  Names only, so that the command line can show them at start.
"""

from __future__ import annotations

FORMATS: dict[str, str] = {
    "text": "lstmcli.data.formats.text:TEXT",
    "parquet": "lstmcli.data.formats.parquet:PARQUET",
    "xml": "lstmcli.data.formats.xml_files:XML",
    "fasttext": "lstmcli.data.formats.fasttext:FASTTEXT",
    "json": "lstmcli.data.formats.json_files:JSON",
    "jsonl": "lstmcli.data.formats.json_lines:JSONL",
    "csv": "lstmcli.data.formats.delimited:CSV",
    "tsv": "lstmcli.data.formats.delimited:TSV",
    "intents": "lstmcli.data.formats.intents:INTENTS",
    "labelled": "lstmcli.data.formats.text:LABELLED",
    "folder": "lstmcli.data.formats.folder:FOLDER",
}
"""In this order they are tried on a file whose name does not tell; ``text`` is what is left."""
