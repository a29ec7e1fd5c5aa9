# Everything runs in .venv, which is made and filled as soon as a target needs it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

.PHONY: chat test check eval faults soak clean

# make chat                               asks the sample articles (or ./library, where there is one)
# make chat ARTICLES=path/to/export.json  puts those articles into ./library and asks them
chat: $(STAMP)
	@$(BIN)/juwen chat $(ARTICLES) $(if $(LIBRARY),--library $(LIBRARY))

# make test PYTEST_ARGS="-k clean"        runs a part
test: $(STAMP)
	$(BIN)/pytest --cov --cov-report=term-missing:skip-covered $(PYTEST_ARGS)
	$(BIN)/coverage report --include='index/*,rag/*' --fail-under=90 --format=total

# make faults                             puts a fault into every call by which a job changes a file (an hour)
faults: $(STAMP)
	FAULTS_EVERY=1 FAULTS_SPARSER=4 FAULTS_TIMES=210 $(BIN)/pytest -v -s tests/index/test_faults.py

# make soak MINUTES=10                     four readers and a writer at one library
soak: $(STAMP)
	$(BIN)/python benchmarks/soak.py --minutes $(or $(MINUTES),10)

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# make eval                               asks the project's own questions of its sample articles
eval: $(STAMP)
	$(BIN)/juwen index index/samples/articles.json --library library-samples
	$(BIN)/juwen eval eval/sets/samples.jsonl --library library-samples --out reports/samples

clean:
	rm -rf $(VENV) .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@
