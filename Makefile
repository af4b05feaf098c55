# Thin on purpose: the work is done by the `codextime` command and by pytest.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
export PORT SYNC CODEXTIME_DATA

# A Python that is just starting answers Ctrl-C with a traceback, and SIGTERM by ending. So this one ignores Ctrl-C until it
# can say something; make stops after it all the same.
BOOTSTRAP := trap '' INT; exec $(PYTHON) codextime/runtime/bootstrap.py
# And this one, which the shell starts with Ctrl-C ignored, gets SIGTERM instead.
CODEXTIME := codextime() { trap 'kill $$! 2>/dev/null || exit 130' INT TERM; $(BIN)/codextime "$$@" & \
  while kill -0 $$! 2>/dev/null; do wait $$!; code=$$?; done; return $$code; }; codextime

.PHONY: up login-link test lint bench lock

up:
	@$(BOOTSTRAP) local
	@$(CODEXTIME) up

login-link:
	@$(BOOTSTRAP) local
	@$(CODEXTIME) login-link

# Three on two processors: tests also wait, for browsers and for programs that start.
test:
	@$(BOOTSTRAP) dev
	@exec $(BIN)/python -m pytest -n 3 $(ARGS)

lint:
	@$(BOOTSTRAP) dev
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && CODEXTIME_MODE=test $(BIN)/mypy && $(BIN)/lint-imports

bench:
	@$(BOOTSTRAP) dev
	@exec $(BIN)/python -m bench $(ARGS)

lock:
	@$(BOOTSTRAP) dev
	@$(BIN)/python -m codextime.runtime.lock $(ARGS)
