# Each target makes what it needs: a virtual environment with pinned, hashed packages, then its own work.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

.PHONY: demo test lint fleet-test browser screenshots quality bench torture many fuzz soak docs site package clean requirements

demo: $(VENV)/core
	@$(BIN)/kliping demo

test: lint
	$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered --cov-fail-under=90

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The pages that are made of the code: tables and columns, the JSON Schema of a record, commands, figures of accuracy.
docs: $(VENV)/dev
	$(BIN)/python -m scraper.archive.schema.dictionary > docs/schema.md
	$(BIN)/python -m scraper.export.contract > docs/record.schema.json
	$(BIN)/python -m scraper.cli.handbook > docs/cli.md
	$(BIN)/python -m bench.accuracy

# The documents as a site, into site/: whatever Sphinx warns of, a link that leads nowhere and a request to outside fail it.
site: $(VENV)/site
	rm -rf site
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going -b html docs site
	@echo 'Open site/index.html in a browser.'

# The window in a real Chromium (Debian: apt-get install chromium), which CHROMIUM=/path names elsewhere; fails without one.
browser: $(VENV)/browser
	KLIPING_BROWSER=1 $(BIN)/python -m pytest -n0 tests/browser

# A fleet in earnest: a Postgres, workers and a Dask cluster of separate processes, killed and stopped; five minutes.
fleet-test: $(VENV)/fleet
	KLIPING_FLEET_TEST=1 timeout --signal=INT --kill-after=30 360 $(BIN)/python -m pytest -n0 tests/fleet

# Pictures of the window's pages for the documents, into docs/window/.
screenshots: $(VENV)/browser
	$(BIN)/python -m tests.browser.screenshots

# Scores on real pages and texts beside the peers, against the floors in bench/floors.json (needs the shared test data).
quality: $(VENV)/bench
	$(BIN)/python -m bench.quality

# Quality and speed beside the peers, in one run: a report with charts in bench/out/, and the README's table (needs the
# shared test data; installs the peers, two of them apart). BENCH=--quick takes three minutes and leaves the README as it is.
bench: $(VENV)/bench $(VENV)/fundus/ready $(VENV)/newsplease/ready
	$(BIN)/python -m bench.report $(BENCH)
	$(if $(BENCH),,$(BIN)/python -m bench.copies)
	$(if $(BENCH),,$(BIN)/python -m bench.archive)

# Crawls killed at every write, at random moments and with the power cut; hostile servers; the platform's traps; a crawl
# and all that reads beside each other for a minute. Some six minutes.
torture: $(VENV)/dev
	$(BIN)/python -m bench.unbroken
	$(BIN)/python -m bench.hostile
	$(BIN)/python -m bench.traps
	$(BIN)/python -m bench.together --seconds 60

# Fifty newsrooms crawled at once, 20,000 pages: order, delays and memory. Some ten minutes.
many: $(VENV)/dev
	$(BIN)/python -m bench.many

# All that strangers hand us, broken, against the laws of its readers, for 1800 s or SECONDS=n. Led by atheris, where
# there is a wheel of it (CPython 3.11 on Linux).
fuzz: $(VENV)/dev
	-@$(PIP) install --require-hashes -r requirements/fuzz.txt
	$(BIN)/python -m bench.fuzz $(or $(SECONDS),1800)

# The memory of a process that reads 100,000 pages; a quarter of an hour.
soak: $(VENV)/dev
	$(BIN)/python -m bench.memory --pages 100000

# Sdist and wheel into dist/: the same bytes each time, complete, and the wheel alone does a newcomer's work, under PYTHONS.
# pipx and uv install it too.
package: $(VENV)/bin/python
	$(BIN)/python deploy/package.py --tools $(PYTHONS)

# New pins for requirements/*.txt, by uv; no index address is written.
requirements: $(VENV)/dev
	$(PIP) install uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements/core.txt
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --quiet -c requirements/core.txt -o requirements/dev.txt
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra browser --universal --python-version 3.11 --generate-hashes --no-header --quiet -c requirements/core.txt -o requirements/browser.txt
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra fleet --extra fleet-test --universal --python-version 3.11 --generate-hashes --no-header --quiet -c requirements/core.txt -o requirements/fleet.txt
	$(BIN)/uv pip compile requirements/bench.in --universal --python-version 3.11 --generate-hashes --no-header --quiet -c requirements/core.txt -o requirements/bench.txt
	$(BIN)/uv pip compile pyproject.toml --extra daemon --extra web --extra parquet --universal --python-version 3.11 --generate-hashes --no-header --quiet -c requirements/core.txt -c requirements/dev.txt -o requirements/deploy.txt
	$(BIN)/uv pip compile requirements/fundus.in --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements/fundus.txt
	$(BIN)/uv pip compile requirements/newsplease.in --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements/newsplease.txt
	$(BIN)/uv pip compile requirements/docs.in --universal --python-version 3.11 --generate-hashes --no-header --quiet -c requirements/core.txt -c requirements/dev.txt -o requirements/docs.txt

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

$(VENV)/fleet: requirements/fleet.txt $(VENV)/dev
	$(PIP) install --require-hashes -r requirements/fleet.txt
	touch $@

$(VENV)/bench: requirements/bench.txt $(VENV)/dev
	@$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@

# Peers that bear no other beside them: fundus wants an older lxml, news-please another newspaper4k.
$(VENV)/fundus/ready $(VENV)/newsplease/ready: $(VENV)/%/ready: requirements/%.txt | $(VENV)/bin/python
	@$(PYTHON) -m venv $(VENV)/$*
	@$(VENV)/$*/bin/python -m pip --disable-pip-version-check --quiet --quiet install --require-hashes -r requirements/$*.txt
	@touch $@

$(VENV)/site: requirements/docs.txt | $(VENV)/bin/python
	@$(PIP) install --require-hashes -r requirements/docs.txt
	@touch $@

clean:
	rm -rf $(VENV) site .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* dist
