# make lab   opens the lab in JupyterLab          make test   runs every check and the quick tests
# make test-all   runs the slow tests too, and what needs TensorFlow: half an hour, installs more
# make test-tensorflow   installs TensorFlow too, and tests what needs it
# make docs   writes the site, docs/html: lessons after a run, in each language, reference, docs/
# make page   writes the page that trains in the browser, docs/html/page.html
# make messages   renews the catalogues of translations from the English
# make font   makes the font of the pictures anew, for all characters of the catalogues
# make bench   measures training, drawing and growth beside other packages, in an hour or so
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH := $(VENV)/.bench
TENSORFLOW := $(VENV)/.tensorflow
DOCS := $(VENV)/.docs
PIP := $(BIN)/pip install --disable-pip-version-check
TORCH_INDEX := https://download.pytorch.org/whl/cpu
ROOT_FLAG := $(if $(filter 0,$(shell id -u)),--allow-root)
# three processes, for two cores: tests wait for browsers and labs; the tests of one file run in one
# of them, in the order of tests/conftest.py
PYTEST := $(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: lab test test-all lint test-tensorflow docs page messages font bench picture format lock clean binder

lab: $(READY)
	$(BIN)/jupyter lab $(ROOT_FLAG) $(LAB_FLAGS) notebooks/00_start_here.ipynb

test: lint
	$(PYTEST) -m "not slow"

test-all: $(BENCH) $(DOCS) lint
	$(PYTEST) -m "not short"
	$(MAKE) test-tensorflow

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# What needs TensorFlow, in a process of its own: Keras runs on one framework in each.
test-tensorflow: $(TENSORFLOW)
	$(BIN)/python -c "import tensorflow"
	$(BIN)/pytest tests/test_keras_layout.py tests/test_tensorflow_twin.py tests/test_extras.py
	$(BIN)/pytest tests/test_course.py tests/test_chinese_lessons.py -k 11_the_same_loop_in_tensorflow

docs: $(DOCS)
	$(BIN)/python -m docs.build

# It needs Python alone: nothing is installed for it.
page:
	mkdir -p docs/html
	$(PYTHON) -m rnnlab page --force docs/html/page.html

messages: $(READY)
	$(BIN)/python -m docs.messages

# The source: apt-get install fonts-noto-cjk, or FONT=.../NotoSansCJK-Regular.ttc
font: $(READY)
	$(BIN)/python -m docs.font $(FONT)

bench: $(BENCH)
	$(BIN)/python -m tests.benchmarks $(BENCH_FLAGS)

picture: $(READY)
	$(BIN)/python tests/browser/picture.py docs/lab.png

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The stamp is newer than the lock file once everything is installed: a second call does nothing.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "rnnlab needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	# torch first, alone: asking its index about every other package is slow where it is out of reach
	grep '^torch==' requirements.lock > $(VENV)/torch.txt
	$(PIP) --no-deps --extra-index-url $(TORCH_INDEX) -r $(VENV)/torch.txt
	# the lock says which versions, pyproject.toml what is needed; an editable install needs these two
	$(PIP) -c requirements.lock editables hatchling
	$(PIP) -c requirements.lock --no-build-isolation -e '.[test]'
	@touch $(READY)

$(BENCH): $(READY)
	$(PIP) -c requirements.lock --no-build-isolation -e '.[bench]'
	@touch $(BENCH)

$(DOCS): $(READY)
	$(PIP) -c requirements.lock --no-build-isolation -e '.[docs]'
	@touch $(DOCS)

$(TENSORFLOW): $(READY)
	$(PIP) -c requirements.lock --no-build-isolation -e '.[tensorflow]'
	@touch $(TENSORFLOW)

# "make lock UPGRADE=" keeps the versions that are locked and adds what is new.
UPGRADE = --upgrade
lock: $(READY)
	$(PIP) uv
	cp requirements.lock $(VENV)/lock.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-header --no-annotate $(UPGRADE) \
	  --no-emit-package rnnlab --index-strategy unsafe-best-match --extra-index-url $(TORCH_INDEX) $(UV_FLAGS) \
	  --quiet --output-file $(VENV)/lock.txt requirements.in
	printf '%s\n' '# Made by "make lock" from requirements.in and pyproject.toml.' '# On Linux x86-64 torch is the CPU build, from the extra index that the Makefile names.' > requirements.lock.new
	cat $(VENV)/lock.txt >> requirements.lock.new
	mv requirements.lock.new requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis

# What Binder would do with this repository, as far as that shows without Docker.
.PHONY: binder
binder:
	$(PYTHON) tests/binder_check.py
