# make run: the quickstart. make test: all tests. make help: the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NEIGHBOURS := .venv-neighbours
NODE := examples/monitors/node

.DEFAULT_GOAL := help
.PHONY: help setup run test lint seeds full bench red-team false-winners honest soak simulate \
	neighbours node-monitor clean

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

test: $(VENV)/.developer  ## set up, then run the tests, two at a time
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/.developer  ## types, style, import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

seeds: setup  ## the quickstart with ten seeds: winners, and how soon after their claims
	$(BIN)/python benchmarks/seeds.py

full: setup  ## the three full-size races, one after the other, with their workers' memory
	$(BIN)/python benchmarks/memory.py examples/original.yaml
	$(BIN)/python benchmarks/memory.py examples/original-same-colour.yaml
	$(BIN)/python benchmarks/memory.py examples/varied.yaml

red-team: setup  ## every cheat against the exam, and with the check meant for it off
	$(BIN)/python benchmarks/red_team.py

false-winners: setup  ## how often a false winner is crowned, by simulation (takes long)
	$(BIN)/python benchmarks/price.py
	$(BIN)/python benchmarks/false_winners.py

soak: setup  ## processes are killed at random moments: is anything lost, is anybody left? (takes long)
	$(BIN)/python benchmarks/soak.py

simulate: setup  ## 200,000 simulated tournaments in a world of disasters, and planted bugs to be found
	$(BIN)/python benchmarks/simulate.py --bugs
	$(BIN)/python benchmarks/simulate.py

$(NEIGHBOURS)/.installed: pyproject.toml benchmarks/neighbours/requirements.txt
	$(PYTHON) -m venv $(NEIGHBOURS)
	$(NEIGHBOURS)/bin/python -m pip install -q -e . -r benchmarks/neighbours/requirements.txt
	@touch $@

neighbours: $(NEIGHBOURS)/.installed  ## faults that other projects do not survive, beside this one
	$(NEIGHBOURS)/bin/python benchmarks/neighbours/torn_tail.py
	$(NEIGHBOURS)/bin/python benchmarks/neighbours/lost_messages.py

$(NODE)/node_modules: $(NODE)/package.json
	cd $(NODE) && npm install --no-audit --no-fund
	@touch $@

node-monitor: $(VENV)/.developer $(NODE)/node_modules  ## a monitor in Node follows 100,000 events
	$(BIN)/python -m pytest tests/monitors
	$(BIN)/python benchmarks/node_monitor.py

honest: setup  ## the built-in strategies in 20 seeds: is any refused by a check? (takes long)
	$(BIN)/python benchmarks/honest.py

bench: setup  ## start-up, bus, tokens and features, side by side
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/bus.py
	$(BIN)/python benchmarks/tokens.py
	$(BIN)/python benchmarks/features.py

clean:  ## remove what make made
	rm -rf $(VENV) $(NEIGHBOURS) $(NODE)/node_modules build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
