# Two commands do everything on a fresh machine with Python and git:
#   make demo   watch four interviews in an embedded mailbox
#   make test   install what is missing, check the code, pass the tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-clients lint bench report fuzz format clean mail-servers mail-programs

demo: $(VENV)/.demo
	@$(BIN)/followupd demo $(ARGS)

# What is downloaded and what is checked do not wait for each other.
test:
	@$(MAKE) --no-print-directory --jobs=2 lint mail-programs
	@tests/run $(ARGS)

# Our drafts in real mail programs, driven as a person would; pictures are kept in build/clients.
test-clients: $(VENV)/.dev mail-servers mail-programs
	@$(BIN)/python -m pytest -q -n 2 --dist loadgroup tests/clients $(ARGS)
	@$(BIN)/python -m tests.clients

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(VENV)/.dev mail-servers
	@$(BIN)/python -m bench $(ARGS)

# How well mail is read; `make report ARGS=fetch` gets the public mail that is not kept here.
report: $(VENV)/.dev
	@$(BIN)/python -m tests.report $(ARGS)

fuzz: $(VENV)/.dev
	@$(BIN)/python -m fuzz $(ARGS)

format: $(VENV)/.dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# Dovecot, Cyrus and Courier, for the tests that need a real server: installed where that is allowed.
mail-servers:
	@tests/install-mail-servers

# neomutt, aerc, Thunderbird and Roundcube, for the tests that drive them; two installations at once
# would only wait for each other.
mail-programs: mail-servers
	@tests/install-mail-programs

$(BIN)/python:
	@$(PYTHON) tests/interpreters.py --check
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[demo]'
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --editable '.[demo]' --group dev
	@touch $@

clean:
	rm -rf $(VENV) .venv-* dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
