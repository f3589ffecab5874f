# `make help` lists what can be asked for. Debian 12 and a Rust toolchain are all that must be there.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

DEMO_DIR ?= $(HOME)/holdfast-demo
TARGET_DIR := $(if $(CARGO_TARGET_DIR),$(CARGO_TARGET_DIR),target)
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# What building and running needs, and what only the tests need.
BUILD_PACKAGES := build-essential pkg-config libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libgstrtspserver-1.0-dev \
	gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly \
	gstreamer1.0-libav gstreamer1.0-x libtss2-dev
TEST_PACKAGES := ffmpeg chromium openssh-client openssl unzip strace e2fsprogs swtpm libtss2-tcti-swtpm0 poppler-utils
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
test-deps: deps ## The same for the tests, and cargo-nextest
	$(call install,$(TEST_PACKAGES))
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
	cargo build --locked --bin holdfast
	cd web && HOLDFAST_BIN="$(abspath $(TARGET_DIR))/debug/holdfast" npm run --silent test:browser

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
