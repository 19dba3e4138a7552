# make lab: set everything up, open JupyterLab.   make app: the Explorer alone, as a page.
# make test: set everything up, run every test.
# The environment lives in .venv and follows pyproject.toml and requirements.txt.

VENV := .venv
BIN := $(VENV)/bin
# TensorFlow has wheels for these versions of Python alone; `make PYTHON=...` names one by hand.
CANDIDATES := python3 python3.13 python3.12 python3.11
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in $(CANDIDATES); do $$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
NOTEBOOKS := my_notebooks
# Seconds that a kernel of `make app` stays when its page is gone, and between two looks for such kernels.
GONE := 300
LOOK := 60
# How many kernels `make app` runs at the same time, and MB of memory for each (Linux only). A visitor of a full app is
# asked to come back later; 2500 MB are enough to build and save any preset.
KERNELS := 20
MEMORY := 2500
FLAGS := # more of them for jupyter lab or Voila, such as FLAGS="--port=9999 --no-browser"
AS_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: lab app test peers lint lint-python lint-js notebooks html bench bench-training bench-ui bench-gpu lock clean

# You work in copies, which no newer version touches.
lab: $(VENV)/ready
	@$(BIN)/python tools/notebooks.py copy $(NOTEBOOKS)
	$(BIN)/jupyter lab $(AS_ROOT) --LabApp.app_settings_dir=config/jupyterlab --ServerApp.root_dir=$(NOTEBOOKS) \
		--LabApp.default_url=/lab/tree/00_start_here.ipynb $(FLAGS)

# The Explorer as a page: each visitor has a kernel of their own, and what they save goes to $(NOTEBOOKS), too. By itself
# Voila asks nobody for a token; with --token it makes one, as JupyterLab does. Dark: FLAGS=--theme=dark, or ?theme=dark.
# A page that is left tells Voila so, without the token against forgery that it is asked for: its kernel is ended later.
app: $(VENV)/ready
	@mkdir -p $(NOTEBOOKS)
	JUPYTER_PATH=$(CURDIR)/config $(BIN)/python tools/app.py config/voila/explorer.ipynb --template=senet_lab --token \
		--MappingKernelManager.root_dir=$(abspath $(NOTEBOOKS)) \
		--kernels=$(KERNELS) --memory=$(MEMORY) \
		--MappingKernelManager.cull_idle_timeout=$(GONE) --MappingKernelManager.cull_interval=$(LOOK) $(FLAGS)

# Two at a time, since most tests wait for a page or a process; a file stays with one of the two, in its order.
test: $(VENV)/ready
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile

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

# The packages are pinned, with hashes; see .npmrc.
node_modules/.ready: package.json package-lock.json
	@node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major >= 24 || (major == 22 && minor >= 12) || (major == 20 && minor >= 19) ? 0 : 1)' \
		2>/dev/null && command -v npm >/dev/null || { echo "make lint checks the JavaScript with Node 20.19, 22.12 or 24 and npm;" \
		"here is $$(node --version 2>/dev/null || echo no Node). On Debian and Ubuntu: apt-get install nodejs npm"; exit 1; }
	npm ci --loglevel=error
	@touch $@

notebooks: $(VENV)/ready
	$(BIN)/python tools/notebooks.py store

# The course as pages that need neither kernel nor network: open site/00_start_here.html.
html: $(VENV)/ready
	$(BIN)/python tools/notebooks.py html site

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
	$(BIN)/uv pip compile pyproject.toml --extra app --extra hub --extra test --extra dev --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet -o requirements.txt

clean:
	rm -rf $(VENV) .peers node_modules .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -exec rm -rf {} +

$(VENV)/ready: pyproject.toml requirements.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed, and $$(python3 --version 2>&1) is here;" \
		"install one, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Installing into $(VENV): 3 GB, a minute or more, in which nothing is said."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
