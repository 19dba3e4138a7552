# make lab: install everything, open JupyterLab.   make app: serve only the Explorer, as a page.
# make test: install everything, run every test.   make check: run the quick tests, without a browser.
# The environment is in .venv; it is installed again when pyproject.toml or requirements.txt changes.

VENV := .venv
BIN := $(VENV)/bin
# TensorFlow has wheels only for these versions of Python; choose another interpreter with `make PYTHON=...`.
CANDIDATES := python3 python3.13 python3.12 python3.11
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in $(CANDIDATES); do $$p -c '$(FITS)' 2>/dev/null && echo $$p && break; done)
FLAGS := # options for JupyterLab or Voila, such as FLAGS="--port=9999 --no-browser"
# `make lab NOTEBOOKS=FOLDER`, `make app KERNELS=10`: for the defaults, see `senet-lab app --help`.
LIMITS = $(if $(KERNELS),--kernels=$(KERNELS)) $(if $(MEMORY),--memory=$(MEMORY)) $(if $(GONE),--gone=$(GONE)) \
	$(if $(LOOK),--look=$(LOOK))

.PHONY: lab app test check test-versions peers lint lint-python lint-js notebooks site pictures bench bench-training bench-sweeps bench-ui bench-growth bench-gpu lock clean

# Users work in copies, which upgrades do not change. `make lab TEACHER=1` also copies the plans and the answers.
lab: $(VENV)/ready
	$(BIN)/python -m senet_lab lab $(NOTEBOOKS) $(if $(TEACHER),--teacher) -- $(FLAGS)

# The Explorer as a page. Dark theme: FLAGS=--theme=dark, or ?theme=dark in the address.
app: $(VENV)/ready
	$(BIN)/python -m senet_lab app $(NOTEBOOKS) $(LIMITS) -- $(FLAGS)

# Always write bytecode: the tests start about 200 processes, and each would compile all modules again.
PYTEST = env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest

# Three workers on two cores, since many tests wait for a page or a process. Each file runs in one worker, in order;
# tests/schedule.py puts the longest first. The slowest tests and the sum are printed; CONTRIBUTING.md has the budget.
test: $(VENV)/ready
	$(PYTEST) --numprocesses=3 --dist=loadfile --no-loadscope-reorder --durations=20

# For development, and for machines without Chromium: no browser tests and no slow ones.
check: $(VENV)/ready
	$(PYTEST) --numprocesses=2 --dist=loadfile -m "not slow and not browser" tests senet_lab

# Test the core on every installed Python, then everything on the newest one for which TensorFlow has wheels.
test-versions: $(VENV)/ready
	$(BIN)/python tools/test_versions.py

# timm, for the tests that compare with it and for the benchmarks. PyTorch and TensorFlow cannot share a process, so timm
# gets its own environment: 1.1 GB with PyTorch's build for the CPU, five times as much with the one for CUDA.
peers: .peers/ready

.peers/ready: pyproject.toml tools/timm_imported.py
	$(PYTHON) -m venv .peers
	$(PYTHON) -c "import tomllib; from pathlib import Path; \
		print(*tomllib.loads(Path('pyproject.toml').read_text())['project']['optional-dependencies']['peers'], sep='\n')" \
		>.peers/requirements.txt
	.peers/bin/python -m pip install --quiet --disable-pip-version-check --no-compile -r .peers/requirements.txt
	env -u PYTHONDONTWRITEBYTECODE .peers/bin/python tools/timm_imported.py
	@touch $@

# CI sets this to nothing if Node's packages cannot be downloaded.
LINT_JS = lint-js
lint: lint-python $(LINT_JS)

lint-python: $(VENV)/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# Biome, tsc, Vitest, and a check that the bundles match their sources. Only this and `make site` need Node.
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

# Lessons, documentation and a live Explorer as static files: open site/explorer.html, or serve the folder.
site: $(VENV)/ready node_modules/.ready
	$(BIN)/python tools/site_builder.py site

# Take the pictures of the README from the site, with Chromium.
pictures: site
	$(BIN)/python tools/readme_pictures.py

# `make peers` installs the peers; to use another Python that has them: make bench PEERS=/path/to/python.
PEERS = $(firstword $(wildcard .peers/bin/python) $(BIN)/python)
# Layers and networks take turns with other libraries, then the ledger and growth: together about half an hour. Nothing
# else should run on the machine. `make bench RESUME=1` goes on with what was not yet measured today.
bench: $(VENV)/ready
	$(BIN)/python benchmarks/run.py turns --peers $(PEERS) $(if $(QUICK),--quick) $(if $(RESUME),--resume)
	$(BIN)/python benchmarks/run.py cpu --peers $(PEERS) $(if $(QUICK),--quick)

# Compare a run with a plain `fit`.
bench-training: $(VENV)/ready
	$(BIN)/python benchmarks/run.py training $(if $(QUICK),--quick)

# Compare sweeps with the same runs without their engine, on one core and on two. Takes about seven minutes; nothing else
# should run on the machine.
bench-sweeps: $(VENV)/ready
	$(BIN)/python benchmarks/run.py sweeps $(if $(QUICK),--quick)

# The Explorer in a browser. Takes about ten minutes; nothing else should run on the machine.
bench-ui: $(VENV)/ready
	$(BIN)/python benchmarks/run.py ui

# The panels with large networks, many runs, classes or other panels. Nothing else should run on the machine.
bench-growth: $(VENV)/ready
	$(BIN)/python benchmarks/run.py panels $(if $(QUICK),--quick)

# At most ten minutes on a GPU. Needs JAX with GPU support, .venv/bin/pip install "jax[cuda12]", and for timm a PyTorch with
# CUDA in the peers' Python. `make bench-gpu QUICK=1` tries the benchmark on any device.
bench-gpu: $(VENV)/ready
	KERAS_BACKEND=jax $(BIN)/python benchmarks/gpu.py --peers $(PEERS) $(if $(QUICK),--quick)

# Pin every dependency for every platform and Python, without the address of the package index.
lock: $(VENV)/ready
	$(BIN)/uv pip compile pyproject.toml --extra all --extra export --extra test --extra docs --extra dev --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet -o requirements.txt

clean:
	rm -rf site $(VENV) .venv-* .peers node_modules .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -exec rm -rf {} +

$(VENV)/ready: pyproject.toml requirements.txt
	@test -n "$(PYTHON)" || { echo "TensorFlow needs Python 3.11, 3.12 or 3.13; only $$(python3 --version 2>&1) was found." \
		"Install one of them, or choose it with make PYTHON=/path/to/python3.13"; exit 1; }
	@$(PYTHON) tools/install.py $(VENV)
	@touch $@
