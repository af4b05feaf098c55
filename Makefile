# Thin on purpose: the work is done by the `codextime` command and by pytest.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
export PORT SYNC CODEXTIME_DATA

.PHONY: up login-link test lint bench lock

up:
	@$(PYTHON) codextime/runtime/bootstrap.py local
	@exec $(BIN)/codextime up

login-link:
	@exec $(BIN)/codextime login-link

test:
	@$(PYTHON) codextime/runtime/bootstrap.py dev
	@exec $(BIN)/python -m pytest -n 2 $(ARGS)

lint:
	@$(PYTHON) codextime/runtime/bootstrap.py dev
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && CODEXTIME_MODE=test $(BIN)/mypy && $(BIN)/lint-imports

bench:
	@$(PYTHON) codextime/runtime/bootstrap.py dev
	@exec $(BIN)/python -m bench $(ARGS)

lock:
	@$(PYTHON) codextime/runtime/bootstrap.py dev
	@$(BIN)/python -m codextime.runtime.lock $(ARGS)
