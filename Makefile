# Each target makes what it needs: a virtual environment with pinned, hashed packages, then its own work.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

.PHONY: demo test lint browser screenshots quality bench torture fuzz docs clean requirements

demo: $(VENV)/core
	@$(BIN)/kliping demo

test: lint
	$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered --cov-fail-under=90

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The pages that are made of the code: tables and columns, and the JSON Schema of a record.
docs: $(VENV)/dev
	$(BIN)/python -m scraper.archive.schema.dictionary > docs/schema.md
	$(BIN)/python -m scraper.export.contract > docs/record.schema.json

# The window in a real Chromium (Debian: apt-get install chromium), which CHROMIUM=/path names elsewhere; fails without one.
browser: $(VENV)/browser
	KLIPING_BROWSER=1 $(BIN)/python -m pytest -n0 tests/browser

# Pictures of the window's pages for the documents, into docs/window/.
screenshots: $(VENV)/browser
	$(BIN)/python -m tests.browser.screenshots

# Scores on real pages and texts beside the peers, against the floors in bench/floors.json (needs the shared test data).
quality: $(VENV)/bench
	$(BIN)/python -m bench.quality

# Speed beside peers, in one run (needs the shared test data; installs the peers).
bench: $(VENV)/bench
	$(BIN)/python -m bench.extract
	$(BIN)/python -m bench.quotes
	$(BIN)/python -m bench.copies
	$(BIN)/python -m bench.crawl
	$(BIN)/python -m bench.archive

# Crawls killed at every write, at random moments and with the power cut; fifty newsrooms at once; a crawl and all that
# reads beside each other for a minute. Some seven minutes.
torture: $(VENV)/dev
	$(BIN)/python -m bench.unbroken
	$(BIN)/python -m bench.hostile
	$(BIN)/python -m bench.many
	$(BIN)/python -m bench.together --seconds 60

# Broken pages against the laws of reading, for 600 s or SECONDS=n.
fuzz: $(VENV)/dev
	$(BIN)/python -m bench.fuzz $(or $(SECONDS),600)

# New pins for requirements/*.txt, by uv; no index address is written.
requirements: $(VENV)/dev
	$(PIP) install uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements/core.txt
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --quiet -c requirements/core.txt -o requirements/dev.txt
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra browser --universal --python-version 3.11 --generate-hashes --no-header --quiet -c requirements/core.txt -o requirements/browser.txt
	$(BIN)/uv pip compile requirements/bench.in --universal --python-version 3.11 --generate-hashes --no-header --quiet -c requirements/core.txt -o requirements/bench.txt

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kliping needs Python 3.11 or newer: make PYTHON=python3.11")'
	@echo 'Making $(VENV) with all that is needed; half a minute the first time.'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/core: requirements/core.txt pyproject.toml | $(VENV)/bin/python
	@$(PIP) install --require-hashes -r requirements/core.txt
	@$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/dev: requirements/dev.txt $(VENV)/core
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/browser: requirements/browser.txt $(VENV)/dev
	$(PIP) install --require-hashes -r requirements/browser.txt
	touch $@

$(VENV)/bench: requirements/bench.txt $(VENV)/dev
	@$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* dist
