# The front door. cmake does the building (CMakeLists.txt), scripts/ the rest; each line below can
# be run by hand. Nothing here needs root or a network unless a package is missing.

BUILD = scripts/build.sh release
TIME ?= 3600
PREFIX ?= /usr/local

.PHONY: all setup build install uninstall check check-portable deb check-deb bench fuzz validate clean help
.NOTPARALLEL:

all: ## install what drawing needs, build, draw the post's figures into out/
	@scripts/setup.sh draw
	@$(BUILD)
	build/release/tiedye post -o out/
	@scripts/look.sh out

setup: ## only install what drawing needs
	@scripts/setup.sh draw

build: ## only build build/release/tiedye; never touches the system
	@$(BUILD)

install: build ## build and install below PREFIX (/usr/local); DESTDIR is obeyed
	@scripts/install.sh install "$(PREFIX)"

uninstall: build ## take away what install put there
	@scripts/install.sh uninstall "$(PREFIX)"

check: ## install what testing needs, build, run every test
	@scripts/setup.sh check
	@scripts/check.sh

check-portable: ## the same bits on AArch64, WebAssembly and from other compilers (installs them)
	@scripts/setup.sh portable
	@scripts/check_portable.sh

deb: ## build Debian packages into build/deb
	@scripts/setup.sh deb
	@scripts/deb.sh

check-deb: deb ## install and use them in a clean chroot (needs root)
	@scripts/setup.sh chroot
	@scripts/check_deb.sh

bench: ## compare with ONNX Runtime, NumPy and PyTorch; SECONDS=, QUICK=1 (installs them)
	@scripts/setup.sh bench || echo "bench: going on without what is missing" >&2
	@$(BUILD) -DTIEDYE_TESTS=ON
	@for part in run pictures volumes galleries convolutions diagrams; do \
	    python3 -B bench/$$part.py $(if $(SECONDS),--seconds $(SECONDS)) $(if $(QUICK),--quick) || exit; \
	done

fuzz: ## fuzz for an hour, or TIME=seconds (sets up like check)
	@scripts/setup.sh check
	@scripts/build.sh fuzz
	@scripts/fuzz.sh $(TIME)

validate: ## the slow proofs, such as every float of every function (sets up like check)
	@scripts/setup.sh check
	@$(BUILD) -DTIEDYE_TESTS=ON
	cd build/release && ctest -V -L slow

clean: ## remove what was built; the pictures in out/ stay
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' Makefile | \
	    while IFS=: read -r name what; do printf '  make %-16s%s\n' "$$name" "$$what"; done
