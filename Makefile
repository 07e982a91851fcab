# The commands of this repository. `make help` lists them; README.md says more.
#
# Everything is installed into this checkout from package registries: Python packages into .venv from the locked, hashed
# lists, Node from a Python package, the tools of the browser tests into .tools. No command needs root or a Debian package.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Names each package as it comes, so that a long installation is seen to move.
NAMES := awk '/^Collecting/ {printf "%s ", $$2; fflush()} /^Successfully/ {print ""} /^ERROR/ {print}'
NPM := npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false npm_config_omit_lockfile_registry_resolved=true PATH="$(CURDIR)/$(BIN):$$PATH" npm
BROWSER_TOOLS := .tools/node_modules/.installed

.PHONY: help run dev install test test-full check format bench lock clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.run ## Install, build and serve the console on http://127.0.0.1:3000
	@exec $(BIN)/stackdock serve

dev: .venv/.run ## Serve with instant reload of changed code
	@exec $(BIN)/stackdock serve --reload

install: .venv/.test ## Prepare the environment, with the test tools, and nothing else

test: .venv/.test $(BROWSER_TOOLS) check ## Check and test everything, long searches with small counts
	@git status --porcelain >.tools/status-before
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --ignore tests/browser
	@$(BIN)/python -m pytest -q tests/browser
	@git status --porcelain | diff .tools/status-before - || { echo 'The tests changed the checkout.' >&2; exit 1; }

test-full: export STACKDOCK_FULL := 1
test-full: test ## The same with the long searches in full

check: .venv/.test ## Formatting, lint, types and import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports

format: .venv/.test ## Format the code and mend what the linter can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/.test ## Measure: latency, CPU per update, resync, start-up
	@$(BIN)/python -m tests.benchmarks

lock: .venv/.test ## Resolve the dependencies of pyproject.toml anew into run.lock and test.lock
	@$(PIP) install --quiet --upgrade --target .tools/uv uv
	@for set in run test; do \
	  [ $$set = run ] && groups='--group build' || groups='--group build --group test -c run.lock'; \
	  PYTHONPATH=.tools/uv $(BIN)/python -m uv pip compile --quiet --no-config --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --custom-compile-command 'make lock' pyproject.toml $$groups --output-file $$set.lock; \
	done

clean: ## Remove what the commands made, but not the data folder
	rm -rf .venv .boot .tools .web .states .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# Each stamp stands for a finished installation. What it lists is what makes it out of date.
.venv/.made:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "StackDock needs Python 3.11 or newer, this is %d.%d. Name another one: make PYTHON=python3.12 ..." % v[:2])'
	@echo '· Creating the environment in .venv'
	@rm -rf .venv
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || { rm -rf .venv; \
	  $(PYTHON) -m pip install --quiet --disable-pip-version-check --target .boot virtualenv && PYTHONPATH=.boot $(PYTHON) -m virtualenv --quiet .venv; }
	@touch $@

.venv/.run: run.lock pyproject.toml | .venv/.made
	@echo '· Installing the Python packages'
	@$(PIP) install --progress-bar off --require-hashes --requirement run.lock | $(NAMES)
	@$(PIP) install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.venv/.test: test.lock .venv/.run
	@echo '· Installing the test tools'
	@$(PIP) install --progress-bar off --require-hashes --requirement test.lock | $(NAMES)
	@touch $@

$(BROWSER_TOOLS): tests/browser/package-lock.json | .venv/.run
	@echo '· Installing the browser for the tests'
	@mkdir -p .tools && cp tests/browser/package.json tests/browser/package-lock.json .tools/
	@cd .tools && $(NPM) ci --ignore-scripts --loglevel=error
	@touch $@
