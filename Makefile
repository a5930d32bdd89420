# Each target makes what it needs. `make help` lists them.

PYTHON ?= python3
BIN := .venv/bin
SEED ?=
TESTS ?=
JOBS ?= auto
SINCE ?=
PASSAGES ?=
CLAIMS ?=
# What is compiled once need not be compiled by each of the hundreds of processes that tests start.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv demo test quick check format bench bench-commands bench-custody bench-faults bench-names bench-reading bench-search bench-ocr bench-encodings bench-estimation bench-linking bench-counting bench-export bench-case lock clean system-packages

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

venv: .venv/.installed ## .venv with the locked packages and habeas itself

demo: venv ## load the demonstration archive, explain one figure, serve it on this machine
	$(BIN)/habeas demo

test: system-packages .venv/.wheelhouse check ## everything: check, then all tests (SEED=7, TESTS=tests/custody, JOBS=0)
	$(BIN)/python -m pytest -n $(JOBS) --durations 20 $(if $(SEED),--randomly-seed=$(SEED)) $(TESTS)

quick: venv ## the tests nearest to what changed, for less than a minute (SINCE=HEAD~3)
	$(BIN)/ruff check -q .
	JOBS=$(JOBS) $(BIN)/python -m tests.support.touched $(SINCE)

check: venv ## ruff, djangofmt, mypy, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djangofmt --quiet --check src
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: venv ## let ruff and djangofmt mend what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djangofmt --quiet src

bench: system-packages venv ## measure against other tools on this machine
	$(BIN)/python -m benchmarks

bench-names: venv ## compare names with other ways to compare them
	$(BIN)/python -m benchmarks.names

bench-commands: venv ## run commands on the demonstration beside a bare django.setup()
	$(BIN)/python -m benchmarks.commands

bench-custody: venv ## seal, check and prove beside git, bagit and openssl
	$(BIN)/python -m benchmarks.custody

bench-faults: system-packages venv ## kill and fail at every system call of sealing, importing and erasing
	$(BIN)/python -m benchmarks.faults

bench-reading: system-packages venv ## read PDFs in the sandbox beside bare pypdfium2
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks.leak

bench-search: venv ## compare search with bare tantivy and SQLite FTS5 (PASSAGES=500000)
	$(BIN)/python -m benchmarks.search $(if $(PASSAGES),--passages $(PASSAGES))

bench-ocr: system-packages venv ## measure recognising beside plain Tesseract, in seven languages
	$(BIN)/python -m benchmarks.ocr

bench-encodings: venv ## count short lists that are read in the wrong encoding
	$(BIN)/python -m benchmarks.encodings

bench-estimation: venv ## measure the latent class sampler on the shared tables
	$(BIN)/python -m benchmarks.estimation

bench-linking: venv ## link a million synthetic records beside Splink alone; FEBRL 4
	$(BIN)/python -m benchmarks.linking_febrl
	$(BIN)/python -m benchmarks.linking

bench-counting: venv ## hold the figures against a second count, written from the docs alone
	$(BIN)/python -m benchmarks.counting

bench-export: venv ## a million claims to Parquet, beside DuckDB reading the same rows (CLAIMS=100000)
	$(BIN)/python -m benchmarks.exporting $(if $(CLAIMS),--claims $(CLAIMS))

bench-case: venv ## a case of a million claims: overview, pages, counts, why, on both databases (CLAIMS=50000)
	$(BIN)/python -m benchmarks.case $(if $(CLAIMS),--claims $(CLAIMS))

lock: venv ## renew requirements/*.txt from pyproject.toml
	scripts/lock

clean: ## remove what make made here
	rm -rf .venv build dist demo-archive .pytest_cache .mypy_cache .ruff_cache .hypothesis

system-packages:
	@scripts/system-packages

# The packages are for everybody to read, whatever the umask: in the sandbox nobody is root.
.venv/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "habeas needs Python 3.11 or newer; set PYTHON=/path/to/python3." >&2; exit 1; }
	umask 022; $(PYTHON) -m venv .venv
	@touch $@

.venv/.locked: requirements/dev.txt .venv/.created
	umask 022; $(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

.venv/.installed: pyproject.toml .venv/.locked
	umask 022; $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# The files of the locked runtime packages, so that the wheel test needs no network.
.venv/.wheelhouse: requirements/runtime.txt .venv/.locked
	rm -rf .venv/wheelhouse
	$(PIP) download --require-hashes --no-deps -r requirements/runtime.txt -d .venv/wheelhouse
	@touch $@
