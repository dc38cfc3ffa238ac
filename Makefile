# Needs Python 3.11 or newer and make; what else is missing is installed or named. Nothing asks a question.

HOST = 127.0.0.1
PORT ?= 8000
BASE_URL ?= http://127.0.0.1:$(PORT)
export BASE_URL
PYTHON = .venv/bin/python

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test services services-stop worker check format pictures bench clean app tools

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: app ## Start the shop with its demo content on http://127.0.0.1:8000 (PORT=8001 for another port)
	@echo "Preparing the database (under a minute, first time only)…"
	@$(PYTHON) manage.py migrate --verbosity 0
	@$(PYTHON) manage.py load_demo
	@deploy/dev/serve.sh $(HOST):$(PORT)

test: tools ## Run all tests on SQLite, PostgreSQL and Redis (ARGS="-k basket" goes to pytest)
	@$(PYTHON) -m tests.run $(ARGS)

services: app ## Start PostgreSQL and Redis for development, with their data under var/services
	@deploy/dev/packages.sh postgresql redis-server
	@$(PYTHON) deploy/dev/services.py start

services-stop: ## Stop them; their data stays
	@$(PYTHON) deploy/dev/services.py stop

worker: app ## Run a Celery worker and beat (needs the services)
	@deploy/dev/worker.sh

check: tools ## Everything that must be right before a commit: style, types, migrations, deployment, tests
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy .
	$(PYTHON) -m djlint --lint --quiet .
	$(PYTHON) manage.py makemigrations --check --dry-run
	deploy/dev/check-deploy.sh
	@$(PYTHON) -m tests.run

format: tools ## Put Python files into their usual form
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

pictures: tools ## Take the README's pictures anew (NAMES="basket order" for some of them)
	@$(PYTHON) deploy/dev/pictures.py $(NAMES)

bench: tools ## Measure what a visit costs, here and on django-oscar, into bench/results.md (ARGS="--only pages")
	@$(PYTHON) -m bench $(ARGS)

clean: ## Remove caches; the virtual environment and var/ stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov
	find . -name '.?*' -prune -o -name __pycache__ -prune -exec rm -rf {} +

# What the shop needs, and what tests and checks need besides.
app:
	@mkdir -p var
	@deploy/dev/venv.sh requirements.txt
	@deploy/dev/packages.sh
	@deploy/dev/translations.sh

tools:
	@mkdir -p var
	@deploy/dev/venv.sh requirements-dev.txt
	@deploy/dev/packages.sh postgresql redis-server chromium
	@deploy/dev/translations.sh
