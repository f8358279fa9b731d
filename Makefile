# Every target is one `lookthrough` or `python -m` line, so that nothing here needs make; docs/operating.md lists them.
.DEFAULT_GOAL := help
.PHONY: setup demo test serve bench lint lock docs clean help

VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.complete
UNFINISHED := $(VENV)/.unfinished

# The first Python of 3.11 or later that can make an environment; PYTHON=… names another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { command -v $$p; break; }; \
	done)

setup: $(STAMP) ## make the environment in .venv; again only when its lock file or pyproject.toml changes

# An environment left unfinished is made anew; the marker is the first thing written and the last thing removed.
$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "没有找到 Python 3.11 或更高版本（需含 venv 与 pip）。请安装后重试，或用 make PYTHON=… 指定。" >&2; \
		echo "No Python of 3.11 or later (with venv and pip) is on the PATH. Install one, or name it: make PYTHON=…" >&2; \
		exit 1; fi
	@if [ -e $(UNFINISHED) ]; then rm -rf $(VENV); fi
	@mkdir -p $(VENV) && touch $(UNFINISHED)
	@if [ ! -x $(RUN) ]; then echo "$(PYTHON) -m venv $(VENV)"; "$(PYTHON)" -m venv $(VENV); fi
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@rm -f $(UNFINISHED) && touch $(STAMP)

demo: setup ## the whole job on an invented world: load, look through, detect, draw
	$(VENV)/bin/lookthrough demo

# Of many threads' many arenas little comes back to the system: a worker of the tests grew to 6 GB.
test: export MALLOC_ARENA_MAX = 2
# Each worker, and each command that a test starts, would compile every module anew where nothing may be kept.
test: export PYTHONDONTWRITEBYTECODE =
test: setup ## the whole test suite
	$(RUN) -m pytest -n auto --dist loadfile

serve: setup ## the HTTP service with the explorer, on the demo world where there is no store of your own
	$(RUN) -m visualize.web
	$(VENV)/bin/lookthrough serve

bench: setup ## measure against the budgets
	$(RUN) -m bench

lint: setup ## style, types and the arrows between the folders
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports
	$(RUN) -m visualize.web --check

docs: setup ## write the pages generated from the code, and what commands in the others print
	$(RUN) -m graph.model_docs
	$(RUN) -m loaders.tables.docs
	$(RUN) -m tests.docs.findings_drawn
	$(RUN) -m detectors.docs
	$(RUN) -m detectors.rules.docs
	$(RUN) -m tests.docs.drawn
	$(RUN) -m api.openapi
	$(RUN) -m visualize.web --types
	$(RUN) -m visualize.web.terms
	$(RUN) -m tests.docs.sessions

COMPILE = uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --quiet

lock: ## resolve the dependencies anew (needs uv): for development, and for running alone
	$(COMPILE) --upgrade --extra dev -o requirements.lock
	$(COMPILE) --constraint requirements.lock -o requirements-runtime.lock

clean: ## remove the environment, caches and built files
	rm -rf $(VENV) build dist *.egg-info output visualize/web/dist visualize/web/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
