# Builds, runs, tests and installs Linewatch: `make help` lists the targets.

VERSION := 0.1.0

# The folder store/channel is not made of store/channel.cc, as make would have it.
MAKEFLAGS += --no-builtin-rules

BUILD   := build
PREFIX  := /usr/local
PORT    ?= 8000
BIND    ?= 127.0.0.1
DATA    ?= ./var
LIVE     = $(DATA)
MONITOR := 1
T       :=
SEED    := 1
SECONDS := 300
FUZZ_SECONDS := 60
FUZZ_CXX     := clang++
MACHINES      = $(BUILD)/machines

# A compiler for each processor, as far as there is memory for them: the largest file takes half a gigabyte.
JOBS := $(shell awk -v processors="$$(nproc)" '/^MemAvailable/ { jobs = int($$2 / 600000) } \
          END { print jobs < 1 ? 1 : jobs < processors ? jobs : processors }' /proc/meminfo)
J     = --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

# What each program is linked with, and what each step needs from Debian.
MONITORD_LIBS := -lPocoNetSSL -lPocoCrypto -lPocoNet -lPocoFoundation -lcurl -lssl -lcrypto -lresolv \
                 -lpthread
API_LIBS      := -lfcgi -lz -lcrypto -lpthread

BUILD_PACKAGES := g++ rapidjson-dev libfcgi-dev zlib1g-dev libpoco-dev libcurl4-openssl-dev libssl-dev
RUN_PACKAGES   := lighttpd lighttpd-mod-deflate libjs-dygraphs ca-certificates
UNIT_PACKAGES  := catch2
TEST_PACKAGES  := $(UNIT_PACKAGES) python3-pytest python3-pytest-xdist python3-aiosmtpd openssl dnsmasq-base mosquitto \
                  mosquitto-clients lighttpd-mod-openssl libfaketime strace iproute2 nftables curl nodejs npm \
                  chromium-headless-shell poppler-utils prometheus
CHECK_PACKAGES := $(UNIT_PACKAGES) clang-format clang-tidy python3
BENCH_PACKAGES := python3 curl wrk fping iproute2 nftables
FUZZ_PACKAGES  := clang libclang-rt-dev python3
DEB_PACKAGES   := build-essential dpkg-dev debhelper fakeroot lintian
MACHINE_PACKAGES := python3-pytest debootstrap systemd-container curl
ARM_PACKAGES   := python3 debootstrap qemu-user-static binfmt-support
TRUTH_PACKAGES := python3 iproute2 nftables tcpdump

# Functions and lines for backtraces; for a debugger, which wants variables too, there is CXXFLAGS='-Og -g'. All of
# what -g writes would be a third of the time that a build takes.
CXXFLAGS   ?= -O2 -g1
WARNINGS   := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual \
              -Wformat=2 -Wundef
MACHINE    := $(firstword $(subst -, ,$(shell $(CXX) -dumpmachine 2>/dev/null)))
HARDENING  := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong \
              -fstack-clash-protection $(if $(filter x86_64,$(MACHINE)),-fcf-protection) \
              $(if $(filter aarch64,$(MACHINE)),-mbranch-protection=standard)
# The sanitizers bring their own checks, and the fortified functions of libc would hide some from them.
SANITIZE   :=
CHECKS     := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer,$(HARDENING))
LANGUAGE   := -std=c++20 -iquote .
COMPILE     = $(CXX) $(LANGUAGE) $(WARNINGS) $(CHECKS) -fPIE $(CPPFLAGS) $(CXXFLAGS) -MMD -MP
LINK        = $(CXX) $(CHECKS) $(CXXFLAGS) -pie -Wl,-z,relro,-z,now $(LDFLAGS)

CODE     := $(shell find store monitord cgi tests/unit -name '*.cc' -o -name '*.h' | LC_ALL=C sort)
SOURCES  := $(filter %.cc,$(CODE))
HEADERS  := $(filter %.h,$(CODE))
OBJECTS  := $(SOURCES:%.cc=$(BUILD)/obj/%.o)
STORE    := $(filter $(BUILD)/obj/store/%,$(OBJECTS))
MONITORD := $(filter $(BUILD)/obj/monitord/%,$(OBJECTS))
API      := $(filter $(BUILD)/obj/cgi/%,$(OBJECTS))
TESTS    := $(filter $(BUILD)/obj/tests/%,$(OBJECTS))

.PHONY: all unit openapi run build-packages test proofs pictures attack check format includes lint bench truth fuzz fuzzers install uninstall deb test-package test-arm clean help
.DELETE_ON_ERROR:

all: $(BUILD)/monitord $(BUILD)/api.fcgi ## builds both programs (the default)
	@:
unit: $(BUILD)/tests/unit
	@:

# The folders with files of code in them, below $(1): they are named for the day that a file is removed.
folders = $(patsubst %/,%,$(sort $(dir $(filter $(addsuffix /%,$(1)),$(CODE)))))

$(BUILD)/monitord: $(STORE) $(MONITORD) $(call folders,store monitord)
	@echo 'link $@'
	@$(LINK) -o $@ $(filter %.o,$^) $(MONITORD_LIBS)

$(BUILD)/api.fcgi: $(STORE) $(API) $(call folders,store cgi)
	@echo 'link $@'
	@$(LINK) -o $@ $(filter %.o,$^) $(API_LIBS)

openapi: ## writes htdocs/openapi.json anew: cgi/routes.json, completed by what the programs check input by
	@$(MAKE) $(J) $(BUILD)/api.fcgi
	@$(BUILD)/api.fcgi --openapi cgi/routes.json > $(BUILD)/openapi.json
	@mv $(BUILD)/openapi.json htdocs/openapi.json

# Catch2 version 3 is a library with a main function of its own.
$(BUILD)/tests/unit: $(STORE) $(filter-out %/main.o,$(MONITORD) $(API)) $(TESTS) $(call folders,store monitord cgi tests/unit)
	@mkdir -p $(@D)
	@echo 'link $@'
	@$(LINK) -o $@ $(filter %.o,$^) $(sort $(MONITORD_LIBS) $(API_LIBS)) \
	  $(if $(wildcard /usr/include/catch2/catch_all.hpp),-lCatch2Main -lCatch2)

# What writes for some measurements, by the real writers.
WRITERS := $(BUILD)/tests/past $(BUILD)/tests/quiet_day
$(WRITERS): $(BUILD)/tests/%: $(BUILD)/obj/tests/bench/%.o $(STORE)
	@mkdir -p $(@D)
	@echo 'link $@'
	@$(LINK) -o $@ $^ -lcrypto -lpthread

# For a build folder of their own: everything in it is compiled by clang, for libFuzzer.
FUZZ_OBJECTS := $(patsubst %.cc,$(BUILD)/obj/%.o,$(wildcard tests/fuzz/*_fuzz.cc))
FUZZERS      := $(FUZZ_OBJECTS:$(BUILD)/obj/tests/fuzz/%_fuzz.o=$(BUILD)/%)
# Readers of monitord, and what they need.
FUZZED       := address answer_text certificate_names cookie_jar dns_message icmp_packet mqtt_packet payload_rule smtp_reply start_tls value_rule
fuzzers: $(FUZZERS)
$(FUZZERS): $(BUILD)/%: $(BUILD)/obj/tests/fuzz/%_fuzz.o $(STORE) $(filter $(addprefix %/,$(FUZZED:=.o)),$(MONITORD)) \
                          $(filter %/host_edit.o %/host_table.o %/import_plan.o,$(API))
	@echo 'link $@'
	@$(LINK) -fsanitize=fuzzer -o $@ $^ -lz -lcrypto -lresolv -lpthread
$(BUILD)/request $(BUILD)/heartbeat: $(filter-out %/main.o %/fcgi_io.o,$(API))

# Warnings are kept: `make check` wants to see them, too.
$(BUILD)/obj/%.o: %.cc
	@mkdir -p $(@D)
	@echo 'compile $<'
	@$(COMPILE) -c -o $@ $< 2>$@.log; status=$$?; cat $@.log >&2; exit $$status

# Tests run for a moment and are compiled for minutes: without optimisation it is a third of the time.
$(filter $(BUILD)/obj/tests/unit/%,$(OBJECTS)): HARDENING := -D_GLIBCXX_ASSERTIONS
$(filter $(BUILD)/obj/tests/unit/%,$(OBJECTS)): CXXFLAGS := -O0 -g1

# Catch2 version 2's own code takes a minute under a sanitizer, and finds nothing there.
$(BUILD)/obj/tests/unit/catch_main.o: tests/unit/catch_main.cc
	@mkdir -p $(@D)
	@echo 'compile $<'
	@$(CXX) $(LANGUAGE) -O0 -fPIE -MMD -MP -c -o $@ $<

VERSIONED := $(shell grep -l LINEWATCH_VERSION $(SOURCES) /dev/null)
$(foreach place,obj/%.o lint/%.ok,$(VERSIONED:%.cc=$(BUILD)/$(place))): CPPFLAGS += -DLINEWATCH_VERSION='"$(VERSION)"'
$(VERSIONED:%.cc=$(BUILD)/obj/%.o): Makefile

-include $(OBJECTS:.o=.d) $(FUZZ_OBJECTS:.o=.d) $(WRITERS:$(BUILD)/tests/%=$(BUILD)/obj/tests/bench/%.d)

# Packages that Debian would start a service with, lighttpd's on port 80 for all the world: masked it is not started.
SERVICES := lighttpd mosquitto prometheus

# Installs those of the packages $(1) that are missing. Says nothing, and needs no right, when all are there.
define need
@missing=$$(dpkg-query -W -f '$${db:Status-Status} $${Package} $${Provides}\n' | awk -F '[ ,]+' -v want='$(sort $(1))' ' \
  $$1 == "installed" { for (i = 2; i <= NF; ++i) have[$$i] } \
  END { n = split(want, name, " "); for (i = 1; i <= n; ++i) if (!(name[i] in have)) printf "%s ", name[i] }'); \
[ -n "$$missing" ] || exit 0; \
install="apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends $$missing"; \
if [ "$$(id -u)" -eq 0 ]; then root=env; else root='sudo env'; fi; \
if [ "$$root" != env ] && ! command -v sudo >/dev/null; then \
  echo "Some packages are missing and there is no sudo to install them with. As root, run:" >&2; \
  echo "  apt-get update && $$install" >&2; exit 1; \
fi; \
echo "Installing $$missing"; \
masked=; for service in $(SERVICES); do \
  case " $$missing" in *" $$service "*) if [ -d /run/systemd/system ]; then masked="$$masked $$service.service"; fi;; esac; \
done; \
if [ "$$masked" ]; then $$root systemctl --runtime --quiet mask $$masked; fi; \
$$root apt-get -qq update; \
$$root DEBIAN_FRONTEND=noninteractive $$install; status=$$?; \
if [ "$$masked" ]; then $$root systemctl --runtime --quiet unmask $$masked; $$root systemctl --quiet disable $$masked; fi; \
exit $$status
endef

run: ## installs what is missing, builds, runs in the foreground: PORT=8000 DATA=./var BIND=127.0.0.1
	$(call need,$(BUILD_PACKAGES) $(RUN_PACKAGES))
	@$(MAKE) $(J) all
	@PORT='$(PORT)' BIND='$(BIND)' DATA='$(DATA)' LIVE='$(LIVE)' BUILD='$(BUILD)' MONITOR='$(MONITOR)' exec lighttpd/run.sh

build-packages:
	$(call need,$(BUILD_PACKAGES))

# Rerun when the lock file is newer than what npm noted at its last run; no rule where there are no such tests.
NODE_MODULES := $(patsubst %/package-lock.json,%/node_modules/.package-lock.json,$(wildcard tests/browser/package-lock.json))
$(NODE_MODULES): tests/browser/package-lock.json
	@cd $(<D) && npm ci --no-audit --no-fund --ignore-scripts

test: ## installs what is missing, builds, runs all tests; T='[alert_policy]' runs those of one module
	$(call need,$(BUILD_PACKAGES) $(RUN_PACKAGES) $(TEST_PACKAGES))
	@$(MAKE) $(J) all unit $(NODE_MODULES)
	@BUILD='$(BUILD)' tests/run '$(T)'

proofs: ## installs what is missing, builds, runs what takes longer: floods, starvation, thousands of hosts, every view with axe and with markup in every text
	$(call need,$(BUILD_PACKAGES) $(RUN_PACKAGES) $(TEST_PACKAGES))
	@$(MAKE) $(J) all $(NODE_MODULES)
	@BUILD='$(BUILD)' tests/run --proofs

pictures: ## installs what is missing, builds, makes the pictures of the dashboard in docs/ anew
	$(call need,$(BUILD_PACKAGES) $(RUN_PACKAGES) $(TEST_PACKAGES))
	@$(MAKE) $(J) all $(NODE_MODULES)
	@BUILD='$(BUILD)' node tests/browser/pictures.mjs

attack: ## installs what is missing, builds, attacks the API by 100,000 random requests and 10,000 slow connections
	$(call need,$(BUILD_PACKAGES) $(RUN_PACKAGES) $(TEST_PACKAGES))
	@$(MAKE) $(J) all
	@FLOOD_REQUESTS=100000 FLOOD_CONNECTIONS=10000 FLOOD_SEED='$(SEED)' BUILD='$(BUILD)' tests/run '[attack]'
	@FLOOD_REQUESTS=100000 FLOOD_CONNECTIONS=10000 FLOOD_SEED='$(SEED)' BUILD='$(BUILD)' tests/run '[flood]'

check: ## installs what is missing; format, lint, include rule, unit tests under sanitizers
	$(call need,$(BUILD_PACKAGES) $(CHECK_PACKAGES))
	@$(MAKE) $(J) format includes
	@$(MAKE) $(J) lint
	@$(MAKE) $(J) BUILD=$(BUILD)/asan SANITIZE=address,undefined CXXFLAGS='-O0 -g1' unit
	@$(MAKE) $(J) BUILD=$(BUILD)/tsan SANITIZE=thread CXXFLAGS='-O0 -g1' unit
	@echo 'test under both, side by side'
	@$(BUILD)/asan/tests/unit & asan=$$!; $(BUILD)/tsan/tests/unit; tsan=$$?; wait $$asan && exit $$tsan

format:
	clang-format --dry-run --Werror $(SOURCES) $(HEADERS) $(wildcard tests/bench/*.cc tests/fuzz/*.cc tests/fuzz/*.h tests/system/*.cc)

# Who may include whom is written in the README.md of each room; libfcgi is one file's.
includes:
	@tests/check_includes
	@! grep -nE '^ *# *include *<fcgi' $(filter-out cgi/fcgi_io.cc,$(CODE)) /dev/null || \
	  { echo 'Only cgi/fcgi_io.cc includes libfcgi' >&2; exit 1; }

# No warning, and nothing from clang-tidy. Tests, full of Catch2's macros, are only compiled. What clang-tidy says beside
# its findings is of use only when it fails.
lint: $(SOURCES:%.cc=$(BUILD)/lint/%.ok)
$(BUILD)/lint/%.ok: $(BUILD)/obj/%.o .clang-tidy
	@mkdir -p $(@D)
	@! [ -s $<.log ] || { cat $<.log >&2; exit 1; }
	@$(if $(filter tests/%,$*),,echo 'lint $*.cc'; \
	  clang-tidy --quiet $*.cc -- $(LANGUAGE) $(CPPFLAGS) 2>$@.log || { cat $@.log >&2; exit 1; })
	@touch $@

bench: ## installs what is missing, builds, prints the measured numbers
	$(call need,$(BUILD_PACKAGES) $(RUN_PACKAGES) $(BENCH_PACKAGES))
	@$(MAKE) $(J) all $(WRITERS)
	@BUILD='$(BUILD)' tests/bench/run

truth: ## installs what is missing, builds, holds verdicts against a scripted network, as root: SEED=1 SECONDS=300
	$(call need,$(BUILD_PACKAGES) $(TRUTH_PACKAGES))
	@$(MAKE) $(J) $(BUILD)/monitord
	@BUILD='$(BUILD)' tests/truth/run --seed '$(SEED)' --seconds '$(SECONDS)'

# RapidJSON adds to null pointers, which clang would call an overflow. Warnings are g++'s to give.
fuzz: ## installs what is missing, feeds all that is read with what libFuzzer thinks up: FUZZ_SECONDS=60 for each reader
	$(call need,$(BUILD_PACKAGES) $(FUZZ_PACKAGES))
	@$(MAKE) $(J) BUILD=$(BUILD)/fuzz CXX='$(FUZZ_CXX)' SANITIZE=fuzzer-no-link,address,undefined WARNINGS=-w \
	  CXXFLAGS='-O1 -g -D_GLIBCXX_ASSERTIONS -fno-sanitize=pointer-overflow' fuzzers
	@tests/fuzz/run '$(BUILD)/fuzz' '$(FUZZ_SECONDS)' '$(JOBS)'

# Each installed file, as mode:source:target. In those of lighttpd/ and systemd/ @PREFIX@ stands for the prefix.
SHARE     := $(PREFIX)/share/linewatch
DOC       := $(PREFIX)/share/doc/linewatch
UNITS     := /lib/systemd/system
INSTALLED := \
  755:$(BUILD)/monitord:$(PREFIX)/sbin/monitord \
  755:$(BUILD)/api.fcgi:$(PREFIX)/lib/linewatch/api.fcgi \
  $(foreach tool,linewatch-passwd linewatch-certificate,755:lighttpd/$(tool):$(PREFIX)/sbin/$(tool)) \
  $(foreach conf,linewatch login tls debian,644:lighttpd/$(conf).conf:$(SHARE)/lighttpd/$(conf).conf) \
  $(foreach conf,filter jail,644:lighttpd/fail2ban-$(conf).conf:$(SHARE)/fail2ban/$(conf).conf) \
  644:lighttpd/lighttpd.conf:/etc/linewatch/lighttpd.conf \
  644:systemd/config.json:$(SHARE)/config.json \
  644:systemd/linewatch.sysusers:/usr/lib/sysusers.d/linewatch.conf \
  644:systemd/linewatch.tmpfiles:/usr/lib/tmpfiles.d/linewatch.conf \
  644:systemd/linewatch.sysctl:/usr/lib/sysctl.d/60-linewatch.conf \
  $(foreach unit,$(wildcard systemd/*.service systemd/*.socket),644:$(unit):$(UNITS)/$(notdir $(unit))) \
  $(foreach page,$(wildcard README.md CHANGELOG.md SECURITY.md docs/*),644:$(page):$(DOC)/$(page)) \
  $(foreach page,$(wildcard man/*),644:$(page):$(PREFIX)/share/man/man$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
  $(foreach file,$(shell find htdocs -type f ! -name README.md),644:$(file):$(SHARE)/$(file))
# Empty at first: what the installation's owner, and linewatch-certificate, put there.
INSTALLED_FOLDERS := /etc/linewatch/lighttpd.d

install: all ## installs to PREFIX=/usr/local, below DESTDIR if given; an edited file in /etc stays
	@for file in $(INSTALLED); do \
	  mode=$${file%%:*} path=$${file##*:} source=$${file#*:} source=$${source%:*} target='$(DESTDIR)'$$path; \
	  case $$path in /etc/*) ! [ -e "$$target" ] || continue;; esac; \
	  install -D -m $$mode $$source "$$target" || exit 1; \
	  case $$source in lighttpd/*|systemd/*) sed -i 's|@PREFIX@|$(PREFIX)|g' "$$target" || exit 1;; esac; \
	done
	@install -d $(INSTALLED_FOLDERS:%='$(DESTDIR)'%)
	@$(if $(DESTDIR),,echo 'As root, start it, and say who may change something:'; \
	  echo '  systemd-sysusers && systemd-tmpfiles --create && sysctl --system && systemctl daemon-reload'; \
	  echo '  systemctl enable --now monitord linewatch-api.socket linewatch-web && linewatch-passwd add admin admin')

uninstall: ## removes what install installed; the data folder /var/lib/linewatch stays
	@for file in $(INSTALLED); do rm -f '$(DESTDIR)'$${file##*:}; done
	@for folder in $(addprefix $(SHARE)/,$(shell find htdocs -depth -type d)) $(SHARE)/lighttpd $(SHARE)/fail2ban $(SHARE) \
	    $(DOC)/docs $(DOC) $(PREFIX)/lib/linewatch $(INSTALLED_FOLDERS) /etc/linewatch; do \
	  ! [ -d '$(DESTDIR)'$$folder ] || rmdir --ignore-fail-on-non-empty '$(DESTDIR)'$$folder; done

# Built from a copy, because dpkg-buildpackage leaves what it makes beside the folder that it builds.
DEB_SOURCE := $(BUILD)/deb/linewatch-$(VERSION)
deb: ## installs what is missing, builds the Debian package
	$(call need,$(BUILD_PACKAGES) $(DEB_PACKAGES))
	@[ "$$(dpkg-parsechangelog -S Version)" = '$(VERSION)' ] || \
	  { echo 'debian/changelog does not begin with version $(VERSION), as the Makefile does.' >&2; exit 1; }
	@rm -rf $(BUILD)/deb && mkdir -p $(DEB_SOURCE)
	@cp -a Makefile README.md CHANGELOG.md SECURITY.md docs store monitord cgi htdocs lighttpd systemd man debian $(DEB_SOURCE)
	@rm -rf $(DEB_SOURCE)/debian/build
	@cd $(DEB_SOURCE) && dpkg-buildpackage -b -us -uc -j$(JOBS)
	@lintian --fail-on error,warning $(BUILD)/deb/*.changes
	@mv $(BUILD)/deb/*.deb $(BUILD) && ls $(BUILD)/linewatch_$(VERSION)_*.deb

test-package: ## as root: installs the package in a booted Debian 12 and 13, and breaks it: MACHINES=build/machines
	$(call need,$(MACHINE_PACKAGES))
	@BUILD='$(BUILD)' MACHINES='$(MACHINES)' PYTHONDONTWRITEBYTECODE=1 \
	  /usr/bin/python3 -m pytest -s -q -p no:cacheprovider tests/package

test-arm: ## as root: builds for arm64 and armhf, and runs the unit tests under qemu; slow
	$(call need,$(ARM_PACKAGES))
	@BUILD='$(BUILD)' MACHINES='$(MACHINES)' PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/package/arm.py

clean: ## removes what was built
	rm -rf $(BUILD) tests/browser/node_modules

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
