# The verbs of the house. Each sets up what it needs: .ci/setup keeps .venv equal to requirements.lock.
# PYTHON names the Python to set up with (default: the first 3.11 or later on the path), CTE_HOME a home of your own.
.DEFAULT_GOAL := help
.PHONY: help setup run test proof check sample docs ui bench clean lock
export PYTHON
BIN := .venv/bin

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: setup ## runs one night: of sample_data in ./data-demo, or of the home in CTE_HOME on its own inbox
	@if [ -n "$$CTE_HOME" ]; then $(BIN)/cte run || code=$$?; \
	else CTE_HOME=data-demo $(BIN)/cte run --inbox sample_data || code=$$?; fi; \
	case "$${code:-0}" in \
	0) echo "The night finished, and no gate closed.";; \
	1) echo "The night finished. A gate closed: some of what came in needs repair before it counts."; \
	   [ -n "$$CTE_HOME" ] || echo "That is as it should be: the sample carries faults on purpose, so that there is something to find.";; \
	2) echo "make run: the call or the configuration is wrong (exit code 2); the lines above say what to change." >&2; exit 2;; \
	*) echo "make run: the system failed (exit code $$code); this says nothing about the data." >&2; exit "$$code";; \
	esac

test: check ## runs make check, then all tests
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --durations 25 --durations-min 20

proof: setup ## finds every fault of a sample of 100 thousand students; attacks 1,000 random releases
	@CTE_PROOF_STUDENTS=100000 CTE_RANDOM_RELEASES=1000 $(BIN)/python -m pytest --numprocesses auto \
	  tests/test_a_large_sample_hides_no_fault.py tests/test_an_attack_agrees_with_a_second_attacker.py

check: setup ## lints, checks formatting, types and SQL
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --strict pipelines expectations
	@$(BIN)/sqlfluff lint --nocolor --disable-progress-bar sql

sample: setup ## writes sample_data anew
	@$(BIN)/cte sample --out sample_data

docs: setup ## writes what is generated in docs: rules, tables, licenses and the bill of materials
	@$(BIN)/python -m pipelines.docs
	@$(BIN)/python -m pipelines.bill_of_materials

# PYTHONWARNINGS: dagster would advise its newer command dg, which we do not install.
ui: setup ## starts Dagster's web server and daemon on http://127.0.0.1:3000; ctrl-c stops both
	@PYTHONWARNINGS='ignore:Function' DAGSTER_HOME="$(CURDIR)/dagster_home" \
	  $(BIN)/dagster dev --host 127.0.0.1 --port 3000 --module-name pipelines.definitions

bench: setup ## measures landing and validation at 100 thousand and 1 million students
	@$(BIN)/python -m benchmarks

clean: ## removes the environment, caches and ./data-demo; never a home of your own
	@rm -rf .venv build dist data-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@.ci/setup

# For maintainers, and the only verb that needs uv: pins what pyproject.toml asks for. UPGRADE=--upgrade moves the pins.
lock:
	@uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --quiet $(UPGRADE) \
	  --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --output-file requirements.lock
