# One word per chore. Nothing has to be set beforehand; `make run PORT=9000` and `PORT=9000 make run` do the same.

VENV := .venv
PY := $(VENV)/bin/python
# Named after what the lists say, so that an installed set is known without asking pip or the network.
RUN_STAMP := $(VENV)/.run-$(shell cksum < requirements.txt | cut -d' ' -f1)
DEV_STAMP := $(VENV)/.dev-$(shell cat requirements.txt requirements-dev.txt | cksum | cut -d' ' -f1)
PIP_INSTALL := $(PY) -m pip install --quiet --quiet --disable-pip-version-check --no-input
SCRATCH := build/scratch

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run worker test check bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(RUN_STAMP) ## Install what the product runs on into .venv
	@echo "Installed. Start with: make run"

setup-dev: $(DEV_STAMP) ## Install what tests and checks need as well
	@:

run: $(RUN_STAMP) ## Start everything: database, files, web, worker, beat (PORT, HOST, DATA_DIR)
	@$(PY) -m mlplatform.secrets
	@$(PY) manage.py up

worker: $(RUN_STAMP) ## Start one more worker, for the DATABASE_URL, REDIS_URL and files of the first machine
	@$(PY) manage.py up --only worker

test: $(DEV_STAMP) ## Run every test (ARGS="-k sharing -x" narrows)
	@$(PY) -m pytest -n 2 --dist loadgroup $(ARGS)

check: $(DEV_STAMP) ## Format, lint, types, import order, migrations, deployment settings, templates
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(VENV)/bin/lint-imports
	@$(PY) -m mypy
	@DJANGO_SETTINGS_MODULE=tests.settings DATA_DIR=$(SCRATCH) $(PY) manage.py makemigrations --check --dry-run
	@DJANGO_SETTINGS_MODULE=tests.settings DATA_DIR=$(SCRATCH) $(PY) manage.py check_templates
	@secret() { $(PY) -c 'import secrets; print(secrets.token_urlsafe(48))'; }; \
		SECRET_KEY=$$(secret) JWT_SIGNING_KEY=$$(secret) DATA_DIR=$(SCRATCH) DEBUG=false HTTPS=true \
		$(PY) manage.py check --deploy --fail-level WARNING
	@$(VENV)/bin/djlint templates --lint --quiet

bench: $(DEV_STAMP) ## Measure what the documents promise
	@$(PY) -m bench

clean: ## Remove what can be made again; data stays
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_STAMP): requirements.txt | $(PY)
	@echo "Installing the libraries; a minute or two, only when requirements.txt has changed."
	@$(PIP_INSTALL) -r requirements.txt
	@rm -f $(VENV)/.run-* && touch $@

$(DEV_STAMP): requirements-dev.txt $(RUN_STAMP)
	@echo "Installing what tests and checks need."
	@$(PIP_INSTALL) -r requirements-dev.txt
	@rm -f $(VENV)/.dev-* && touch $@

# A name on the PATH may be a shim that fails, so each candidate is tried.
$(PY):
	@suitable() { "$$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; }; \
	for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
		suitable "$$python" || continue; \
		found=$$("$$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])'); \
		if "$$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then \
			echo "Making $(VENV) with $$found."; \
			exec "$$python" -m venv --clear $(VENV); \
		fi; \
	done; \
	if [ -n "$$found" ]; then \
		echo "$$found cannot make a virtual environment: its venv module is not installed." >&2; \
		echo "On Debian or Ubuntu: sudo apt install $$found-venv" >&2; \
	else \
		echo "Python 3.11, 3.12 or 3.13 is needed, and none was found ($$(python3 --version 2>&1 | tail -n 1))." >&2; \
		echo "On Debian or Ubuntu: sudo apt install python3 python3-venv. Elsewhere: make setup PYTHON=/path/to/python3.12" >&2; \
	fi; \
	exit 1
