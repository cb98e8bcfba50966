# One command each; `make` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Two test files at once; the files' own order of tests is kept.
TWO := -n 2 --dist loadfile
# Tests start hundreds of processes: each would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo chaos test test-fast test-pythons test-lowest test-diffusion test-deploy check fix bench bench-plan eval docs docs-pictures site thumbs lock

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-16s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 14) else "Shotwright runs on Python 3.11 to 3.14, and %s is %s.%s. Name another one: make PYTHON=python3.13 ..." % ((sys.executable,) + v))'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $(READY)

demo: $(READY) ## render the documented example through the real fal_client; leaves demo/*.mp4 and a contact sheet
	@$(BIN)/python -m scripts.demo

test: $(READY) ## all tests: units, official clients, real processes and signals
	@$(BIN)/python -m pytest $(TWO) --durations 10

test-fast: $(READY) ## the tests that take seconds
	@$(BIN)/python -m pytest $(TWO) -m "not slow"

test-pythons: $(READY) ## the demo, the fast tests and the wheel on every other Python that this machine has
	@$(BIN)/python -m scripts.pythons

test-lowest: ## the fast tests with the lowest versions of every dependency that pyproject.toml allows
	@test -x .venv-lowest/bin/python || $(PYTHON) -m venv .venv-lowest
	@.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check uv
	@.venv-lowest/bin/uv pip install --quiet --resolution lowest-direct --python .venv-lowest/bin/python --editable ".[dev]"
	@.venv-lowest/bin/python -m pytest $(TWO) -m "not slow"

check: $(READY) ## formatting, lint, strict types, import rule, sizes; changes nothing
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m scripts.sizes

fix: $(READY) ## format and repair what can be repaired
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@if command -v npm > /dev/null; then cd tests/browser/tools && npm ci --silent --no-fund --no-audit && npx prettier --log-level warn --write $(CURDIR)/src/shotwright/web/static/*.js; fi

test-diffusion: ## the adapters of the diffusion engine with random weights, in an environment of their own (5 GB)
	@test -x .venv-diffusion/bin/python || $(PYTHON) -m venv .venv-diffusion
	@.venv-diffusion/bin/python -m pip install --quiet --disable-pip-version-check uv
	@.venv-diffusion/bin/uv pip install --quiet --python .venv-diffusion/bin/python --require-hashes -r requirements-diffusion.lock
	@.venv-diffusion/bin/uv pip install --quiet --python .venv-diffusion/bin/python --no-deps --editable .
	@.venv-diffusion/bin/python -m pytest tests/diffusion -W default

test-deploy: $(READY) ## deploy/: the chart, the Dockerfile, the units, and the topology of compose.yaml with the same programs
	@test -x .venv-deploy/bin/python || $(PYTHON) -m venv .venv-deploy
	@.venv-deploy/bin/python -m pip install --quiet --disable-pip-version-check uv
	@.venv-deploy/bin/uv pip install --quiet --python .venv-deploy/bin/python --require-hashes -r tests/deploy/requirements.txt
	@SHOTWRIGHT_DEPLOY_TOOLS=.venv-deploy/bin $(BIN)/python -m pytest tests/deploy

chaos: $(READY) ## break a running installation in every way that we know, 200 times (ten minutes); N=20 for fewer
	@$(BIN)/python -m scripts.chaos $(or $(N),200)

bench: $(READY) ## speed of polls, submits, start-up, the draft and the pages, side by side with what else there is
	@$(BIN)/python -m bench

eval: $(READY) ## render our own shots, and shots in photographs that are fetched once, and hold each against its request (ONLY=name for some of them)
	@$(BIN)/python -m scripts.evaluate $(ONLY)

bench-plan: $(READY) ## how many facts of labelled prompts stand in their plans; PROMPTS=file.json scores another file, SHOW=1 shows each difference
	@$(BIN)/python -m bench.plans $(PROMPTS) $(if $(SHOW),--show)

docs: $(READY) ## write the generated parts of docs/
	@$(BIN)/python -m scripts.docs

docs-pictures: $(READY) ## render the frames of docs/prompt-language.md and docs/looks.md
	@$(BIN)/python -m scripts.moves
	@$(BIN)/python -m scripts.looks
	@$(BIN)/python -m scripts.motions
	@$(BIN)/python -m scripts.stage
	@$(BIN)/python -m scripts.sheets docs/pictures/words.json docs/pictures/words.webp

site: $(READY) ## build docs/ into the pages that the server shows at /docs
	@$(BIN)/python -m scripts.site

thumbs: $(READY) ## render the moving pictures of the front page
	@$(BIN)/python -m scripts.thumbs

lock: ## pin all dependencies with hashes
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --extra dev pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --extra dev --extra diffusion pyproject.toml -o requirements-diffusion.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate tests/deploy/requirements.in -o tests/deploy/requirements.txt
