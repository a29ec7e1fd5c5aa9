# Everything runs in .venv, which is made and filled as soon as a target needs it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

.PHONY: chat test test-llm check eval mutants clean

# make chat                               asks the sample articles (or ./library, where there is one)
# make chat ARTICLES=path/to/export.json  puts those articles into ./library and asks them
chat: $(STAMP)
	@$(BIN)/juwen chat $(ARTICLES) $(if $(LIBRARY),--library $(LIBRARY))

# make test PYTEST_ARGS="-k clean"        runs a part
test: $(STAMP)
	$(BIN)/pytest --cov --cov-report=term-missing:skip-covered $(PYTEST_ARGS)
	$(BIN)/coverage report --include='index/*,rag/*' --fail-under=90 --format=total

# JUWEN_TEST_CHAT_MODEL=openai:local OPENAI_BASE_URL=http://127.0.0.1:8080/v1 make test-llm
# asks a real chat model a few questions; without the variable it skips
test-llm: $(STAMP)
	$(BIN)/pytest -m llm tests/rag/test_real_chat_model.py $(PYTEST_ARGS)

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# make eval                               asks the project's own questions of its sample articles
eval: $(STAMP)
	$(BIN)/juwen index index/samples/articles.json --library library-samples
	$(BIN)/juwen eval eval/sets/samples.jsonl --library library-samples --out reports/samples

# make mutants                            breaks the verifier on purpose, piece by piece: do the tests notice?
# make mutants ONLY='rag.verify*'         a part
mutants: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[mutants]'
	$(BIN)/mutmut run --max-children 2 $(ONLY)
	$(BIN)/mutmut export-cicd-stats
	@cat mutants/mutmut-cicd-stats.json

clean:
	rm -rf $(VENV) mutants .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@
