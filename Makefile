# Development commands.  They use the environment in .venv; another one: make check BIN=/path/to/bin
BIN ?= .venv/bin

.PHONY: help check test test-slow schemas completions docs chinese site picture wheels bench-quality bench-speed bench-limits bench-startup bench-memory bench-load bench-forms bench-kernel bench lock

help:  ## list these commands
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 16

check:  ## lint, types, and an audit of what the program rests on (no network)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/audit.py

test:  ## the tests, without the slow ones
	$(BIN)/pytest -n 2

test-slow:  ## the tests that take longer than a few seconds each
	$(BIN)/pytest -n 2 -m slow

lock:  ## write the hashes of this machine's packages again (network)
	$(BIN)/python tools/lock.py

schemas:  ## write the JSON Schemas and the tables of docs/output.md again
	$(BIN)/python tools/schemas.py

completions:  ## write the completion scripts again
	$(BIN)/python tools/completions.py completions

docs:  ## write the option tables of docs/, the reference of the Python API and the manual pages again
	$(BIN)/python tools/docs.py
	$(BIN)/python tools/man.py

chinese:  ## add new texts of help pages and messages to the Chinese catalogues, to be translated
	$(BIN)/python tools/chinese.py

site:  ## build the documentation as a site in build/site (needs zensical)
	$(BIN)/python tools/site.py

picture:  ## draw the picture of the README again
	$(BIN)/python tools/picture.py

wheels:  ## wheels with the kernel for every platform in dist/ (needs ziglang; network)
	$(BIN)/python tools/wheels.py dist

bench-quality:  ## accuracy against fastText, default options
	$(BIN)/python benchmarks/quality.py

bench-speed:  ## training and classifying rates against plain PyTorch
	$(BIN)/python benchmarks/speed.py

bench-kernel:  ## the native kernel beside ONNX Runtime, network alone and whole command
	$(BIN)/python benchmarks/kernel.py

bench-limits:  ## each job beside what one core of this machine can do
	$(BIN)/python benchmarks/limits.py

bench-startup:  ## start-up times
	$(BIN)/python benchmarks/startup.py

bench-memory:  ## memory of classify on 10,000 and 1,000,000 lines
	$(BIN)/python benchmarks/memory.py
	$(BIN)/python benchmarks/training_memory.py

bench-load:  ## a gigabyte of lines, 64 processes, a corpus of two gigabytes: hours
	$(BIN)/python benchmarks/load.py all

bench-forms:  ## files as people have them: which are read rightly, which are said, which are wrong
	$(BIN)/python benchmarks/forms.py

bench: bench-startup bench-memory bench-speed bench-quality  ## all four
