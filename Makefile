# `make` alone lists what there is. PYTHON=/path/to/python picks the interpreter, else the machine's own is found.
.DEFAULT_GOAL := help
.PHONY: help run test torture check bench clean

export PYTHON

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## open the editor with the coins example (headless where there is no screen)
	@bash scripts/run.sh

test: ## everything the gate asks: tests with and without Qt, examples, doctests, lint, types, layers
	@bash scripts/test.sh

torture: ## the fault suite in full, about half an hour; make test has it in a minute
	@bash scripts/torture.sh

check: ## lint, types and layers only
	@bash scripts/check.sh

bench: ## ours beside its peers; writes docs/benchmarks.md, asserts nothing
	@bash scripts/bench.sh

clean: ## remove the virtual environments and everything built
	rm -rf .venv .venv-* build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache shtairir-output
