# Qillqa from a source checkout. Every target does its own set-up; a second run downloads nothing.
SHELL = /bin/sh
PYTHON ?= python3
SETUP = $(PYTHON) installers/setup/setup.py
BIN = .venv/bin
WORKERS ?= 2
# Where the practice office of `make run` lives, and where its screens go when there is no display.
PRACTICE ?= $(or $(XDG_DATA_HOME),$(HOME)/.local/share)/qillqa/practica
SCREENS ?= build/pantallas
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal
# Imports are half of start-up: bytecode is always written and used.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH

.PHONY: help setup run demo window test test-full lint format bench clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

setup: ## install what is missing: system packages, uv, the locked dependencies
	@$(SETUP) run

run: setup demo window ## set up, play the whole life of a document, open the window on its practice office

demo: setup
	@$(BIN)/qillqa demo --home "$(PRACTICE)"

window: demo
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	  $(BIN)/qillqa window --home "$(PRACTICE)"; \
	else \
	  mkdir -p "$(SCREENS)" && QT_QPA_PLATFORM=offscreen $(BIN)/qillqa window --home "$(PRACTICE)" --screenshots "$(SCREENS)" && \
	  echo "No hay pantalla: las vistas de la ventana están en $(abspath $(SCREENS))"; \
	fi

test: ## set up and run the tests
	@$(SETUP) test
	@$(PYTEST) -m "not full"

test-full: ## the tests and the longer proofs
	@$(SETUP) full
	@$(PYTEST)

lint: ## ruff, mypy, the walls between rooms, the law of the house
	@$(SETUP) run
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_house.py

format: ## put the code into the house's form
	@$(SETUP) run
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

bench: ## limits and results, row by row
	@$(SETUP) test
	@$(BIN)/python -m tests.bench.run

clean: ## remove everything that set-up and runs have made in this folder
	rm -rf .venv .tools .judges .make build dist .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis
	find desktop signing tests installers -name __pycache__ -type d -prune -exec rm -rf {} +
