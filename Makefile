# `make serve` installs, indexes corpus/ and serves it; `make test` runs the tests. Works with GNU make 3.81 and later.
#
#   make serve HOST=0.0.0.0 PORT=9000
#   make serve TORCH_INDEX=ADDRESS   take torch from there, such as PyTorch's index of CPU builds
#   make serve WHEELS=FOLDER         install from a folder of wheels, with no network
#   make wheelhouse                  make such a folder, wheelhouse/, for this kind of machine and this Python
#   make licences                    the dependencies' licences into docs/licences.md; fails on one that is not allowed
#   make audit                       known weaknesses of the locked dependencies; ADVISORIES=PLACE asks no network
#   make sbom                        a bill of materials, CycloneDX JSON, into sbom.json

HOST ?= 127.0.0.1
PORT ?= 8000
NEW_ENOUGH := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	$$p -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && { echo $$p; break; }; done)
TORCH_INDEX ?=
WHEELS ?=
WHEELHOUSE ?= wheelhouse
ADVISORIES ?=
AUDIT_OPTIONS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
FROM := $(if $(WHEELS),--no-index --find-links $(WHEELS))
TORCH_FROM := $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX),$(FROM))
TORCH := $(shell sed -n 's/^torch==//p' requirements-torch.txt)

.PHONY: serve test check format lock wheelhouse licences audit sbom clean

serve: .venv/.installed
	$(BIN)/tiaokuan index --if-needed
	@exec $(BIN)/tiaokuan serve --host $(HOST) --port $(PORT)

test: .venv/.installed-dev
	$(BIN)/python -m pytest

check: .venv/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Stamps: each step runs again only when what it installs from has changed.

.venv/.made:
	@$(or $(PYTHON),false) -c '$(NEW_ENOUGH)' || \
		{ echo "error: Python 3.11 to 3.14 is needed; install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "error: $(PYTHON) cannot make virtual environments; install its venv package (Debian: apt-get install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/.locked: requirements.lock .venv/.made
	@echo "installing into .venv; the first time takes some minutes"
	$(PIP) install $(FROM) --require-hashes --no-deps -r requirements.lock
	@touch $@

.venv/.torch: requirements-torch.txt .venv/.locked
	@$(warn_of_cuda)
	$(PIP) install $(TORCH_FROM) -r requirements-torch.txt
	@touch $@

.venv/.installed: pyproject.toml .venv/.torch
	$(PIP) install --no-index --no-deps --no-build-isolation -e .
	$(PIP) check
	@touch $@

.venv/.installed-dev: requirements-dev.lock .venv/.installed
	$(PIP) install $(FROM) --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

# On Linux x86-64 the torch of PyPI brings several GB of CUDA; a build that says +cpu is only there where pip was told of one.
define warn_of_cuda
if [ "$$(uname -sm)" = "Linux x86_64" ] && [ -z "$(TORCH_INDEX)$(WHEELS)" ] && ! command -v nvidia-smi >/dev/null 2>&1 \
	&& ! $(PIP) show torch 2>/dev/null | grep -qF "Version: $(TORCH)" \
	&& ! $(PIP) index versions torch 2>/dev/null | grep -qF "$(TORCH)+cpu"; then \
	echo "warning: torch will bring several GB of CUDA libraries that this machine cannot use;" \
		"to avoid it, stop and run make with TORCH_INDEX=(address of PyTorch's index of CPU builds)" >&2; \
fi
endef

# The locks leave torch out (hence the override), but hold what torch itself needs, so that its own step adds only torch.

UV = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" --override .venv/without-torch.txt pyproject.toml .venv/also.in

lock: .venv/.made
	$(PIP) install $(FROM) uv
	@echo 'torch ; python_version < "3"' > .venv/without-torch.txt
	@printf '%s\n' 'setuptools>=77.0.3' 'sympy>=1.13.3' 'networkx>=2.5.1' jinja2 fsspec > .venv/also.in
	$(UV) --output-file requirements.lock
	$(UV) --extra dev --constraint requirements.lock --output-file requirements-dev.lock

# All that `make serve WHEELS=wheelhouse` needs on a machine without a network. torch comes alone: a CPU build needs no more.
# jieba has no wheel and is built; the pip of Python 3.11 wants the package wheel for that.

wheelhouse: .venv/.made
	$(PIP) download $(FROM) --dest $(WHEELHOUSE) --require-hashes --no-deps -r requirements.lock
	$(PIP) download $(FROM) --dest $(WHEELHOUSE) --no-deps wheel
	@$(warn_of_cuda)
	$(PIP) download $(TORCH_FROM) --dest $(WHEELHOUSE) --no-deps -r requirements-torch.txt

# The dependencies looked at. The auditors' own dependencies stay out of .venv.

licences: .venv/.installed-dev
	$(BIN)/python -m tools.licences --write

.venv-audit/.installed: requirements-audit.txt .venv/.made
	$(PYTHON) -m venv --clear .venv-audit
	.venv-audit/bin/python -m pip --disable-pip-version-check install --quiet $(FROM) -r requirements-audit.txt
	@touch $@

ifdef ADVISORIES
audit: .venv/.installed
	@$(BIN)/python -m tools.audit --advisories $(ADVISORIES)
else
audit: .venv/.installed .venv-audit/.installed
	@$(BIN)/python -m tools.audit .venv-audit/bin/pip-audit $(AUDIT_OPTIONS)
endif

sbom: .venv/.installed .venv-audit/.installed
	@$(BIN)/python -m tools.sbom .venv-audit/bin/cyclonedx-py sbom.json

clean:
	rm -rf .venv .venv-audit sbom.json build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
