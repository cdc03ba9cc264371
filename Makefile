# Everything a person does with this folder. Each target sets up what it needs by itself (bin/set-up).
BIN := .venv/bin
PYTHON := $(BIN)/python
export DJANGO_SETTINGS_MODULE := entente.config.settings
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help demo run test test-packaged journeys check bench chaos oracle mutants docs release messages screenshots clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

demo: ## the whole product with the imagined city Marenne, on this machine; Ctrl-C stops it
	@bin/set-up run
	@exec $(BIN)/entente demo

run: ## web and worker together on the database of your settings (docs/run)
	@bin/set-up run
	@exec $(BIN)/entente run

test: ## all tests but the browser's (ARGS="-k vote" for some)
	@bin/set-up dev
	@bin/chromium-or-say || true
	@$(PYTHON) -m pytest -n 2 tests --ignore tests/journeys $(ARGS)

test-packaged: export ENTENTE_POSTGRES := packaged
test-packaged: test ## the same on the packaged PostgreSQL

journeys: ## the stories, in a real browser (ARGS="-k arabic" for some)
	@bin/set-up dev
	@bin/chromium-or-say
	@$(PYTHON) -m pytest tests/journeys $(ARGS)

check: export ENTENTE_MODE := test
check: export DATABASE_URL := postgresql://nobody@localhost/never-asked
check: ## format, lint, types, import contracts, settings
	@bin/set-up dev
	@$(BIN)/ruff format --check --quiet . || { echo "Format them with: $(BIN)/ruff format"; exit 1; }
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(PYTHON) -m django check

bench: ## the promises of speed, one line each (ONLY=house for one file)
	@bin/set-up dev
	@$(PYTHON) -m bench $(ONLY)

chaos: ## every process killed again and again while people write; nothing is lost (ARGS="--faults 20")
	@bin/set-up dev
	@$(PYTHON) -m proof chaos $(ARGS)

oracle: ## a million decisions through the pages, judged by an oracle written from the rule's text
	@bin/set-up dev
	@$(PYTHON) -m proof oracle $(ARGS)

mutants: ## the rule and the policies made wrong in hundreds of ways; the tests must notice each
	@bin/set-up dev
	@$(PYTHON) -m proof mutants $(ARGS)

docs: ## the documentation as pages, in docs/_build/html
	@bin/set-up dev
	@$(BIN)/sphinx-build --quiet --fail-on-warning docs docs/_build/html
	@echo "docs/_build/html/index.html"

release: ## the packages for an installation with pip, in dist/
	@bin/set-up dev
	@rm -rf dist
	@$(PYTHON) -m hatchling build
	@cd dist && sha256sum * > SHA256SUMS

messages: ## collect the texts of pages and code into the translation files
	@bin/set-up dev
	@$(PYTHON) bin/collect_messages.py
	@bin/set-up dev

screenshots: ## the pictures of README and docs, taken anew from the demo
	@bin/set-up dev
	@bin/chromium-or-say
	@$(PYTHON) bin/screenshots.py

clean: ## stop and delete the demo's and the tests' databases and everything set-up made
	@if [ -x $(PYTHON) ]; then for folder in var/*/postgres; do \
		if [ -d "$$folder" ]; then $(PYTHON) -m entente.config.private_postgres remove "$$folder"; fi; done; fi
	@rm -rf var .venv node_modules entente/ui/static/ui/vendor dist build docs/_build htmlcov .coverage* \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find entente tests bench proof bin -name __pycache__ -prune -exec rm -rf {} +
	@find entente -name '*.mo' -delete
