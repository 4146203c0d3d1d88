# Nothing but Python 3.11+ and make is needed; everything is installed into .venv.
PYTHON ?= python3
VENV ?= .venv
OUTPUT ?= demo-output

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

.PHONY: demo test lint types docs linkcheck clean

demo: $(VENV)/installed ## Compare the solvers on real and simulated data, and draw the graphs.
	$(BIN)/python -m causal_dag.benchmarks.demo --output $(OUTPUT)

test: $(VENV)/installed-for-tests ## Run the tests and the examples of the documentation.
	$(BIN)/python -m pytest -n 2 --dist worksteal $(PYTEST_OPTIONS) tests
	$(BIN)/python -m pytest -n 2 --dist worksteal --doctest-modules causal_dag

lint: $(VENV)/installed-for-development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-for-development
	$(BIN)/mypy causal_dag

docs: $(VENV)/installed-for-docs ## Build the documentation site into docs/_build/html.
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet --builder html docs docs/_build/html

linkcheck: $(VENV)/installed-for-docs ## Follow every link of the site.
	$(BIN)/sphinx-build --keep-going --quiet --builder linkcheck docs docs/_build/linkcheck

$(VENV)/bare:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "causal-dag needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	touch $@

$(VENV)/installed: pyproject.toml | $(VENV)/bare
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/installed-for-tests: pyproject.toml | $(VENV)/bare
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@ $(VENV)/installed

$(VENV)/installed-for-development: pyproject.toml | $(VENV)/bare
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@ $(VENV)/installed $(VENV)/installed-for-tests $(VENV)/installed-for-docs

$(VENV)/installed-for-docs: pyproject.toml | $(VENV)/bare
	$(BIN)/python -m pip install --quiet --editable '.[docs]'
	touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) $(OUTPUT) build dist *.egg-info docs/_build docs/examples docs/reference/names
