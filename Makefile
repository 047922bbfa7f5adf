# Each target is a command of do.py, which makes and fills .venv first. PORT and ONLY are passed through:
#   make run PORT=8001        make bench ONLY=hours        make test ARGS="tests/people -x"
PYTHON ?= python3

.PHONY: run test check bench trials lock
run test check bench trials lock:
	@$(PYTHON) do.py $@ $(ARGS)
