# What a developer and CI run. Needs python3 (3.11 or newer) with venv, and make; the rest is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
CODE := advisor bench tests $(wildcard tools)
EXAMPLE := examples/checkout/checkout.yaml

.DELETE_ON_ERROR:
.PHONY: help setup run test tests lint types bench golden docs clean

help:             ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 20

setup: $(STAMP)   ## .venv with the package and all that developing it takes

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("python 3.11 or newer is needed; set PYTHON=" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

# The example has faults on purpose: exit code 1 says that they were found, any other is an error.
run: setup        ## check the example, and write its report to build/review
	$(BIN)/advisor check $(EXAMPLE) || [ $$? -eq 1 ]
	$(BIN)/advisor report $(EXAMPLE) --out build/review --force || [ $$? -eq 1 ]

test: lint types tests  ## all that must hold before a change goes in

tests: setup      ## the tests, with coverage
	$(BIN)/python -m pytest --cov --cov-report=term

lint: setup       ## style, and the direction of imports
	$(BIN)/ruff check $(CODE)
	$(BIN)/lint-imports --no-logo --no-cache

types: setup      ## static types
	$(BIN)/mypy $(CODE)

bench: setup      ## what must be fast, as ratios measured in one run
	$(BIN)/python -m bench

golden: setup     ## renew the golden files; read the diff before you commit it
	$(BIN)/python -m pytest -q --update-golden

docs: setup       ## renew the generated pages
	$(BIN)/python tools/gendocs.py

clean:            ## remove what was built and cached, but not .venv
	rm -rf build dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +
