# Needs Python 3.11 or newer with venv, make and git. `make help` says what there is.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
PORT ?= 8000
DELIVERY ?= inline
export PORT DELIVERY

.DEFAULT_GOAL := help
.PHONY: help demo test edge leaks hosts bench bench-quick lint format types messages docs wheel clean

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## serve the example publication on http://127.0.0.1:8000/ (PORT=N for another port, DELIVERY=fetch for one page for everybody)
	@exec $(BIN)/python example_project/manage.py demo

test: $(VENV)/.test ## run the tests
	@.ci/test $(ARGS)

edge: $(VENV)/.test ## run the tests behind real caches; needs nginx, Varnish or both
	@$(BIN)/python -m pytest -m edge -n $${WORKERS:-2} tests/edge $(ARGS)

leaks: $(VENV)/.test ## try every known way around the wall; say how many cases ran, and what leaked
	@.ci/leaks $(ARGS)

hosts: $(VENV)/.test ## run the tests of the hosts with their own user, image, document and page models
	@$(BIN)/python -m pytest -c tests/hosts/custom/pytest.ini tests/hosts/custom
	@$(BIN)/python -m pytest -c tests/hosts/swapped/pytest.ini tests/hosts/swapped

bench: $(VENV)/.bench ## measure a host with the package beside the same host without it; wrk, nginx and PostgreSQL where there are any
	@$(BIN)/python -m tests.benchmarks $(ARGS)

bench-quick: $(VENV)/.bench ## the same in a minute or two: only counts can fail
	@$(BIN)/python -m tests.benchmarks --quick $(ARGS)

lint: $(VENV)/.lint ## lint the code and the templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint --quiet --lint wagtail_wpr example_project

format: $(VENV)/.lint ## put the code into its form
	@$(BIN)/ruff check --fix-only --select I .
	@$(BIN)/ruff format .

types: $(VENV)/.types ## check the types of the public surface
	@$(BIN)/mypy

messages: $(VENV)/.made ## collect the strings to translate and compile the translations; needs gettext
	@cd wagtail_wpr && ../$(BIN)/django-admin makemessages --all --extension html,txt,py,mjml \
		--no-location --no-wrap --no-obsolete
	@cd wagtail_wpr && ../$(BIN)/django-admin compilemessages

docs: $(VENV)/.docs ## build the documentation into site/; a broken link fails
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir site

wheel: $(VENV)/.build ## build wheel and source distribution into dist/
	@$(BIN)/python -m build --outdir dist .

clean: ## remove what was built and installed
	@rm -rf $(VENV) .rows build dist site .mypy_cache .pytest_cache .ruff_cache

# What is installed, and when: once, and again when pyproject.toml changes.
$(VENV)/.made: pyproject.toml .ci/make-venv
	@.ci/make-venv $(VENV)
	@echo "Installing what the package needs into $(VENV) (a minute or two, once) ..."
	@$(PIP) --editable ".[progress]"
	@touch $@

$(VENV)/.demo: $(VENV)/.made
	@touch $@

$(VENV)/.test $(VENV)/.bench $(VENV)/.lint $(VENV)/.types $(VENV)/.docs $(VENV)/.build: $(VENV)/.%: $(VENV)/.made
	@echo "Installing the tools for: $* ..."
	@$(PIP) --group $*
	@touch $@
