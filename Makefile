# Two commands from a bare clone with Python 3.11+:
#
#   make chat    make .venv, install, build the index of the article if there is none, open the page
#   make test    everything CI runs: lint, types, layers, fast tests, slow tests, the built wheel
#
# On Linux without a GPU, PyTorch's own CPU index saves gigabytes of CUDA packages:
#
#   make chat TORCH='torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu'

PYTHON ?= python3
TORCH ?= torch==2.13.0
VENV ?= .venv
CHAT ?= --open
EVAL ?=
PYTEST ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
CONSTRAINTS := $(VENV)/constraints.txt
CODE := index rag eval ui tests benchmarks

.PHONY: help chat test lint fmt fast slow wheel eval install clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^#   make/make/p' $(firstword $(MAKEFILE_LIST))

chat: $(VENV)/.installed
	$(BIN)/zhangju chat $(CHAT)

# One after the other whatever -j says, as the closing lines of each belong together; but for the wheel, which is
# made beside the others, once all is installed that it takes, and is shown after them.
test: $(VENV)/.tools
	@mkdir -p build
	$(MAKE) wheel > build/wheel.log 2>&1 & beside=$$!; \
	failed=0; $(MAKE) lint && $(MAKE) fast && $(MAKE) slow || failed=$$?; \
	wait $$beside || failed=$$?; cat build/wheel.log; exit $$failed

lint: $(VENV)/.tools
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(VENV)/.tools
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

fast: $(VENV)/.tools
	$(BIN)/python -m pytest -q -m 'not slow and not browser' $(PYTEST)

# The browser's tests wait for the page half of their time, those of Milvus for its server nearly all of it:
# they run beside the others, and are shown after them.
SLOW = $(BIN)/python -m pytest -q --durations=5 $(PYTEST) -m
slow: $(VENV)/.tools build/axe/.installed
	$(SLOW) browser > build/browser.log 2>&1 & browser=$$!; \
	$(SLOW) 'slow and milvus' > build/milvus.log 2>&1 & milvus=$$!; \
	failed=0; $(SLOW) 'slow and not browser and not milvus' || failed=$$?; \
	wait $$browser || failed=$$?; cat build/browser.log; \
	wait $$milvus || failed=$$?; cat build/milvus.log; exit $$failed

# What finds barriers on the page is a package for Node; its test says so where there is none.
build/axe/.installed:
	@mkdir -p build/axe
	@npm install --silent --no-fund --no-audit --prefix build/axe axe-core@4.10 \
	  || echo "make: npm cannot install axe-core; the test of accessibility will be skipped" >&2
	@touch $@

wheel: $(VENV)/.tools
	rm -rf dist
	$(BIN)/python -m build --no-isolation
	TORCH="$(TORCH)" bash tests/check_wheel.sh $(BIN)/python $(CONSTRAINTS) dist/*.whl

eval: $(VENV)/.installed
	$(BIN)/zhangju eval $(EVAL)

install: $(VENV)/.tools

clean:
	rm -rf $(VENV) build dist

# Each stamp is touched once its step is complete, so that a second run installs nothing.

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Zhangju needs Python 3.11 or newer, and '$(PYTHON)' is not: name one with  make PYTHON=python3.11" >&2; \
	  exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# torch comes first: what is there already is never replaced by a build that brings CUDA along.
$(VENV)/.torch: $(VENV)/.made
	$(PIP) install $(TORCH)
	@touch $@

# The pins, but for torch itself, which is pinned to whatever was chosen.
$(CONSTRAINTS): constraints.txt $(VENV)/.torch
	@grep -v '^torch==' constraints.txt > $@
	@$(BIN)/python -c 'from importlib.metadata import version; print("torch==" + version("torch"))' >> $@

$(VENV)/.installed: pyproject.toml $(CONSTRAINTS)
	$(PIP) install -c $(CONSTRAINTS) -e '.[chat,eval]'
	@touch $@

$(VENV)/.tools: tests/requirements.txt tests/llama.txt $(VENV)/.installed
	$(PIP) install -c $(CONSTRAINTS) -e '.[all]' -r tests/requirements.txt
	$(PIP) install --no-deps -r tests/llama.txt
	@touch $@
