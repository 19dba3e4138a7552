# make lab: set everything up, open JupyterLab.   make app: the Explorer alone, as a page.
# make test: set everything up, run every test.   make check: the quick ones, without a browser.
# The environment lives in .venv and follows pyproject.toml and requirements.txt.

VENV := .venv
BIN := $(VENV)/bin
# TensorFlow has wheels for these versions of Python alone; `make PYTHON=...` names one by hand.
CANDIDATES := python3 python3.13 python3.12 python3.11
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in $(CANDIDATES); do $$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
FLAGS := # more of them for JupyterLab or Voila, such as FLAGS="--port=9999 --no-browser"
# `make lab NOTEBOOKS=FOLDER`, `make app KERNELS=10`: without, they are what `senet-lab app --help` says.
LIMITS = $(if $(KERNELS),--kernels=$(KERNELS)) $(if $(MEMORY),--memory=$(MEMORY)) $(if $(GONE),--gone=$(GONE)) \
	$(if $(LOOK),--look=$(LOOK))

.PHONY: lab app test check test-versions peers lint lint-python lint-js notebooks site pictures bench bench-training bench-ui bench-gpu lock clean

# You work in copies, which no newer version touches.
lab: $(VENV)/ready
	$(BIN)/python -m senet_lab lab $(NOTEBOOKS) -- $(FLAGS)

# The Explorer as a page. Dark: FLAGS=--theme=dark, or ?theme=dark in the address.
app: $(VENV)/ready
	$(BIN)/python -m senet_lab app $(NOTEBOOKS) $(LIMITS) -- $(FLAGS)

# With bytecode, even where the environment forbids it: tests start some 200 processes, each of which would compile anew.
PYTEST = env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest

# Three at a time on two cores, since many tests wait for a page or a process; a file stays with one of them, in order;
# tests/schedule.py says which come first. What takes longest is printed, and the sum: CONTRIBUTING.md has a budget.
test: $(VENV)/ready
	$(PYTEST) --numprocesses=3 --dist=loadfile --no-loadscope-reorder --durations=20

# For while you work, and for machines without Chromium: no browser, and nothing that takes more than a few seconds.
check: $(VENV)/ready
	$(PYTEST) --numprocesses=2 --dist=loadfile -m "not slow and not browser" tests senet_lab

# The core on each Python that is here, then everything on the newest one that TensorFlow has wheels for.
test-versions: $(VENV)/ready
	$(BIN)/python tools/test_versions.py

# timm itself, for the tests that ask it and for the benchmarks. PyTorch and TensorFlow do not share a process, nor .venv.
# 1.1 GB where pip finds PyTorch's build for the CPU; where it finds the one for CUDA, five times that.
peers: .peers/ready

.peers/ready: pyproject.toml tools/timm_imported.py
	$(PYTHON) -m venv .peers
	$(PYTHON) -c "import tomllib; from pathlib import Path; \
		print(*tomllib.loads(Path('pyproject.toml').read_text())['project']['optional-dependencies']['peers'], sep='\n')" \
		>.peers/requirements.txt
	.peers/bin/python -m pip install --quiet --disable-pip-version-check --no-compile -r .peers/requirements.txt
	env -u PYTHONDONTWRITEBYTECODE .peers/bin/python tools/timm_imported.py
	@touch $@

# CI sets this to nothing where Node's packages cannot be fetched.
LINT_JS = lint-js
lint: lint-python $(LINT_JS)

lint-python: $(VENV)/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# Biome, tsc, Vitest, and whether the bundles are of their sources. Nothing else here needs Node.
lint-js: node_modules/.ready
	npm run --silent check

# For `make lint` and `make site`. The packages are pinned, with hashes; see .npmrc.
node_modules/.ready: package.json package-lock.json
	@node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major >= 24 || (major == 22 && minor >= 12) || (major == 20 && minor >= 19) ? 0 : 1)' \
		2>/dev/null && command -v npm >/dev/null || { echo "make lint and make site need Node 20.19, 22.12 or 24 and npm;" \
		"here is $$(node --version 2>/dev/null || echo no Node). On Debian and Ubuntu: apt-get install nodejs npm"; exit 1; }
	npm ci --loglevel=error
	@touch $@

notebooks: $(VENV)/ready
	$(BIN)/python tools/notebooks.py store

# Lessons, documentation and a live Explorer as files for any web server: open site/explorer.html, or serve the folder.
site: $(VENV)/ready node_modules/.ready
	$(BIN)/python tools/site_builder.py site

# The pictures of the README, in Chromium, from the site.
pictures: site
	$(BIN)/python tools/readme_pictures.py

# The peers come with `make peers`, or live in another Python: make bench PEERS=/path/to/python, make test PEERS=...
PEERS = $(firstword $(wildcard .peers/bin/python) $(BIN)/python)
bench: $(VENV)/ready
	$(BIN)/python benchmarks/run.py --peers $(PEERS) $(if $(QUICK),--quick)

# The original lesson's training beside torch's, what a run adds to a bare `fit`, gates beside a bare `predict`.
bench-training: $(VENV)/ready
	$(BIN)/python benchmarks/run.py training --peers $(PEERS) $(if $(QUICK),--quick)

# The Explorer in a browser; some ten minutes, on a machine that has nothing else to do.
bench-ui: $(VENV)/ready
	$(BIN)/python benchmarks/run.py ui

# Needs a JAX that sees the card: .venv/bin/pip install "jax[cuda12]"; timm and a CUDA PyTorch beside it, if at hand.
bench-gpu: $(VENV)/ready
	KERAS_BACKEND=jax $(BIN)/python benchmarks/gpu.py

# Pins every dependency, for every platform and Python, without saying where it was found.
lock: $(VENV)/ready
	$(BIN)/uv pip compile pyproject.toml --extra all --extra test --extra docs --extra dev --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet -o requirements.txt

clean:
	rm -rf site $(VENV) .venv-* .peers node_modules .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -exec rm -rf {} +

$(VENV)/ready: pyproject.toml requirements.txt
	@test -n "$(PYTHON)" || { echo "TensorFlow has wheels for Python 3.11, 3.12 and 3.13 alone, and $$(python3 --version 2>&1)" \
		"is here. Install one of them, or name it: make PYTHON=/path/to/python3.13"; exit 1; }
	@$(PYTHON) tools/install.py $(VENV)
	@touch $@
