# make run: the quickstart. make test: all tests. make help: the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.installed  ## .venv with the package and its strategies

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q -e '.[torch,figures]'
	@touch $@

$(VENV)/.developer: $(VENV)/.installed
	$(BIN)/python -m pip install -q -e '.[torch,figures,dev]'
	@touch $@

run: setup  ## set up, then race: examples/quickstart.yaml
	$(BIN)/tournament run examples/quickstart.yaml

test: $(VENV)/.developer  ## set up, then run the tests
	$(BIN)/python -m pytest

lint: $(VENV)/.developer  ## types, style, import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

clean:  ## remove what make made
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
