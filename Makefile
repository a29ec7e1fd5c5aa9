# Everything runs in .venv, which is made and filled as soon as a target needs it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
unexport PYTHONDONTWRITEBYTECODE  # or every program that a test starts would compile the packages anew
# pip compiles on one core, also a third that nothing imports.
COMPILE := $(BIN)/python -m compileall -qq -j 0 -x '/(tests|transformers/models)/' $(VENV)/lib
THIS := --constraint constraints.txt --editable '.[dev]'

.PHONY: chat test test-browser test-llm screenshots check eval faults soak mutants clean

# make chat                               opens the page on the sample articles (or ./library, where there is one)
# make chat ARTICLES=path/to/export.json  puts those articles into ./library before
chat: $(STAMP)
	@$(BIN)/juwen chat $(ARTICLES) $(if $(LIBRARY),--library $(LIBRARY))

# make test PYTEST_ARGS="-k clean"        runs a part
# make test WORKERS=2                     in two processes, each of one thread
test: $(STAMP)
	$(if $(WORKERS),OMP_NUM_THREADS=1 )$(BIN)/pytest $(if $(WORKERS),--numprocesses=$(WORKERS) --dist=worksteal )--ignore-glob='*/test_browser*.py' --cov --cov-report=term-missing:skip-covered $(PYTEST_ARGS)
	$(BIN)/coverage report --include='index/*,rag/*' --fail-under=90 --format=total

# JUWEN_TEST_CHAT_MODEL=openai:local OPENAI_BASE_URL=http://127.0.0.1:8080/v1 make test-llm
# asks a real chat model a few questions; without the variable it skips
test-llm: $(STAMP)
	$(BIN)/pytest -m llm tests/rag/test_real_chat_model.py $(PYTEST_ARGS)
# make test-browser                       drives the chat page in Chromium (JUWEN_CHROMIUM names one)
test-browser: $(STAMP)
	@if command -v npm >/dev/null; then npm install --prefix tests/ui/chat/axe --silent --no-audit --no-fund --package-lock=false || true; fi
	$(BIN)/pytest tests/ui/chat/test_browser*.py $(PYTEST_ARGS)

# make screenshots                        takes the pictures of the page that the README shows
screenshots: $(STAMP)
	$(BIN)/python docs/screenshots.py

# make faults                             puts a fault into every call by which a job changes a file (an hour)
faults: $(STAMP)
	FAULTS_EVERY=1 FAULTS_SPARSER=4 FAULTS_TIMES=210 $(BIN)/pytest -v -s tests/index/test_faults.py

# make soak MINUTES=10                     four readers and a writer at one library
soak: $(STAMP)
	$(BIN)/python -m eval.benchmarks.soak --minutes $(or $(MINUTES),10)

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# make eval                               asks the project's own questions of its sample articles
eval: $(STAMP)
	$(BIN)/juwen index index/samples/articles.json --library library-samples
	$(BIN)/juwen eval eval/sets/samples.jsonl --library library-samples --out reports/samples

# make mutants                            breaks verifier and refusal on purpose, piece by piece: do the tests notice?
# make mutants ONLY='rag.verification.verify*'         a part
mutants: $(STAMP)
	$(PIP) --constraint constraints.txt --editable '.[mutants]'
	$(BIN)/mutmut run --max-children 2 $(ONLY)
	$(BIN)/mutmut export-cicd-stats
	@cat mutants/mutmut-cicd-stats.json

clean:
	rm -rf $(VENV) mutants .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# Where Linux has no NVIDIA card, uv takes PyTorch's build for the CPU. Where uv, or PyTorch's index,
# cannot be reached, pip installs its default, which brings several GB of CUDA libraries.
$(STAMP): pyproject.toml constraints.txt
	@echo "installing into $(VENV): 2.5 GB with PyTorch, some minutes"
	$(PYTHON) -m venv $(VENV)
	@if [ "$$(uname -s)" = Linux ] && ! command -v nvidia-smi >/dev/null 2>&1 \
	&& $(PIP) 'uv>=0.9' 2>/dev/null \
	&& $(BIN)/uv pip install --quiet --python $(BIN)/python --torch-backend=auto $(THIS) 2>/dev/null; \
	then echo "installed with PyTorch's build for the CPU"; \
	else $(PIP) --no-compile $(THIS) && { $(COMPILE) || true; }; fi
	@touch $@
