# `make help` lists what can be asked for. Debian 12 and a Rust toolchain are all that must be there.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

DEMO_DIR ?= $(HOME)/holdfast-demo
TARGET_DIR := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# Schemathesis asks the API whatever can be asked; it comes from PyPI at the versions written down.
SCHEMATHESIS := $(abspath $(TARGET_DIR))/schemathesis
export PATH := $(SCHEMATHESIS)/bin:$(PATH)

# What building and running needs, and what only the tests need.
BUILD_PACKAGES := build-essential pkg-config libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libgstrtspserver-1.0-dev \
	gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly \
	gstreamer1.0-libav gstreamer1.0-x libtss2-dev
TEST_PACKAGES := ffmpeg chromium openssh-client openssl unzip strace e2fsprogs swtpm libtss2-tcti-swtpm0 poppler-utils python3-venv python3-aiosmtpd
installed = $(shell dpkg-query -W -f='$${db:Status-Status}' $(1) 2>/dev/null | grep -qx installed && echo yes)
absent = $(foreach package,$(1),$(if $(call installed,$(package)),,$(package)))
NODE_PACKAGES := $(if $(shell command -v node),,nodejs) $(if $(shell command -v npm),,npm)

.PHONY: help
help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

define install
	@missing="$(strip $(call absent,$(1)) $(NODE_PACKAGES))"; \
	if [ -z "$$missing" ]; then echo "Debian packages: all there."; else \
		echo "Installing Debian packages: $$missing"; \
		$(SUDO) apt-get update -qq; \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; fi
endef

.PHONY: deps
deps: ## Install the Debian packages that building and running need
	$(call install,$(BUILD_PACKAGES))

.PHONY: test-deps
test-deps: deps ## The same for the tests, with cargo-nextest and schemathesis
	$(call install,$(TEST_PACKAGES))
	@cmp -s tests/schemathesis.txt "$(SCHEMATHESIS)/installed.txt" || { echo "Installing schemathesis"; \
		python3 -m venv --clear "$(SCHEMATHESIS)" && "$(SCHEMATHESIS)/bin/pip" install --quiet --disable-pip-version-check -r tests/schemathesis.txt && \
		cp tests/schemathesis.txt "$(SCHEMATHESIS)/installed.txt"; }
	@command -v cargo-nextest >/dev/null || { echo "Installing cargo-nextest"; cargo install --locked --quiet cargo-nextest; }

.PHONY: web
web: ## Build the workspace that the program carries (web/dist)
	@cd web && { cmp -s package-lock.json node_modules/.installed-lock || { npm ci --no-audit --no-fund --silent && cp package-lock.json node_modules/.installed-lock; }; }
	@cd web && npm run --silent build

.PHONY: build
build: deps web ## Build the release binary
	cargo build --release --locked

.PHONY: demo
demo: build ## A running appliance with four simulated cameras, in DEMO_DIR
	$(TARGET_DIR)/release/holdfast demo --dir "$(DEMO_DIR)"

.PHONY: test
test: test-deps web ## Every test: web, Rust, browser
	cd web && npm run --silent check && npm test --silent
	cargo nextest run --locked --profile $(if $(CI),ci,default)
# The program that the Rust tests ran; built by itself it would be built, with its crates, a second time.
	cd web && HOLDFAST_BIN="$(abspath $(TARGET_DIR))/debug/holdfast" npm run --silent test:browser

# The names stand between backticks, after their room.
PROVEN = $(shell grep -oE '`[a-z_0-9]+::[a-z_0-9]+`' src/manual/proven.rs | tr -d '`' | sed 's/.*:://' | sort -u | paste -sd'|')

.PHONY: proven
proven: test-deps web ## The tests of every lesson and figure in src/manual/proven.rs
	cargo nextest run --locked -E 'test(/::($(PROVEN))$$/) | (binary(tidy) & test(/^($(PROVEN))$$/))'

.PHONY: lint
lint: deps web ## Format, clippy, manual, licences and sources
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items --lib
	@command -v cargo-deny >/dev/null || { echo "Installing cargo-deny"; cargo install --locked --quiet cargo-deny; }
	cargo deny --locked check --hide-inclusion-graph licenses bans sources

.PHONY: bench
bench: test-deps web ## Side by side with the peers; prints ratios
	cargo bench --locked

.PHONY: soak
soak: test-deps web ## The long runs: 200 kills, every system call, a million steps of the model, 100,000 races, ten minutes of keeping 90 seconds
	HOLDFAST_KILLS=200 HOLDFAST_SYSCALLS=all cargo nextest run --locked --test it --profile soak -E 'test(/^(kill|syscalls)::/)' --no-capture
# Optimised a little: what they do is mostly ours, so they are three times as quick, and no library is built anew.
	CARGO_PROFILE_DEV_OPT_LEVEL=1 HOLDFAST_MODEL_OPS=1000000 HOLDFAST_RACES=100000 HOLDFAST_REAL_SECONDS=600 HOLDFAST_SYSCALLS=all cargo nextest run --locked --test it --profile soak -E 'test(/^keeping_/)' --no-capture

.PHONY: screenshots
screenshots: test-deps web ## Pictures of every page at phone and desktop width
	cargo build --locked --bin holdfast
	cd web && HOLDFAST_BIN="$(abspath $(TARGET_DIR))/debug/holdfast" npm run --silent screenshots

MODELS_DIR ?= /var/lib/holdfast/models
OBJECTRON := @mediapipe/objectron@0.4.1675468480
OBJECTRON_SUM := fc3e37b326b05e8f596099c90b3e0931b05a56cd3160b9ac450b621794bac94c
PERSON_SUM := d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6
PERSON_FILE := object_detection_ssd_mobilenetv2_oidv4_fp16.tflite

.PHONY: models
models: ## The person detector, out of its npm package into MODELS_DIR
	@if echo "$(PERSON_SUM)  $(MODELS_DIR)/$(PERSON_FILE)" | sha256sum --check --status 2>/dev/null; then echo "The person detector is there."; else \
		work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && cd "$$work" && npm pack --silent "$(OBJECTRON)" >/dev/null && \
		echo "$(OBJECTRON_SUM)  $$(ls *.tgz)" | sha256sum --check --quiet && tar xzf *.tgz package/objectron_solution_packed_assets.data && \
		tail -c +185 package/objectron_solution_packed_assets.data >person && echo "$(PERSON_SUM)  person" | sha256sum --check --quiet && \
		install -D -m 644 person "$(MODELS_DIR)/$(PERSON_FILE)" && echo "The person detector is in $(MODELS_DIR)."; fi

REPORT_DIR ?= $(TARGET_DIR)/redaction-report

.PHONY: redaction-report
redaction-report: models ## What redaction leaks and shows: CLIP= (film or folder of stills) TRUTH= (MOT boxes), into REPORT_DIR
	@test -n "$(CLIP)" && test -n "$(TRUTH)" || { echo "Say CLIP=film TRUTH=boxes.txt"; exit 2; }
	CARGO_PROFILE_DEV_OPT_LEVEL=1 cargo build --locked --bin holdfast
	"$(TARGET_DIR)/debug/holdfast" redact report --input "$(CLIP)" --truth "$(TRUTH)" --models "$(MODELS_DIR)" --out "$(REPORT_DIR)"

# What a package is made of beside the program; `cargo deb` looks under the target folder of the profile.
define papers
	"$(TARGET_DIR)/$(1)/holdfast" papers --out "$(TARGET_DIR)/$(1)/papers"
	gzip -9 --no-name --force "$(TARGET_DIR)/$(1)"/papers/man/*.1
endef

.PHONY: deb-deps
deb-deps:
	@command -v cargo-deb >/dev/null || { echo "Installing cargo-deb"; cargo install --locked --quiet cargo-deb; }

.PHONY: deb
deb: build deb-deps ## A Debian package of the release binary, in target/debian
	$(call papers,release)
	cargo deb --locked --no-build

PACKAGE_DIR ?= $(TARGET_DIR)/package

.PHONY: test-package
test-package: test-deps web deb-deps ## The package in a clean Debian 12: install, record, restart, upgrade, purge (root, network)
	$(call install,debootstrap)
	cargo build --locked --tests
	$(call papers,debug)
	mkdir -p "$(PACKAGE_DIR)"
	for version in 0.0.1 0.0.2; do cargo deb --locked --no-build --no-strip --fast --profile dev --deb-version $$version --output "$(PACKAGE_DIR)/$$version.deb"; done
	tests/package/run "$(PACKAGE_DIR)/0.0.1.deb" "$(PACKAGE_DIR)/0.0.2.deb" "$(abspath $(TARGET_DIR))/debug/holdfast" "$(PACKAGE_DIR)"
