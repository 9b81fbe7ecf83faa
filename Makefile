# make setup: everything installed and the store built.  make run: the dashboard.
# make test: every check and test.  make bench: speed and memory beside peers.
# make screenshots: the pictures of every page in docs/screenshots, taken anew.
# make mutants: small faults put into the model one at a time, to see that a test notices.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STORE := store/evidence.duckdb
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: setup run test bench screenshots mutants lint types vintage clean

setup: $(VENV)/installed $(STORE)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; found: $$($(PYTHON) --version 2>&1). Set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV) || { sh .ci/system-packages venv && $(PYTHON) -m venv $(VENV); }

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

$(STORE): $(VENV)/installed $(wildcard data/published/*) data/services.toml $(wildcard expectations/*)
	$(BIN)/prevention build

run: setup
	$(BIN)/prevention serve

test: setup
	@sh .ci/system-packages browser
	@sh .ci/system-packages office
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder

bench: setup
	$(BIN)/python -m benchmarks

screenshots: setup
	@sh .ci/system-packages browser
	PYTHONPATH=tests $(BIN)/python -m browser.screenshots

mutants: setup
	$(BIN)/python -m pip install --quiet --group mutation
	nice $(BIN)/python tests/mutants.py $(MODULES)

vintage: setup
	$(BIN)/python -m prevention.evidence.vintage $(SOURCES) data/published

# The store of evidence can be built again; the record beside it cannot, and stays.
clean:
	rm -rf $(VENV) $(STORE) $(STORE).wal $(dir $(STORE))draws
