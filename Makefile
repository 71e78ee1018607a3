# SPDX-License-Identifier: MulanPSL-2.0
# The one Makefile. Order: tools, generated code, objects, lint, link. Everything goes to $(BUILD).
#   make deps build run test bench fuzz format check deb clean
#   make CC="ccache gcc" BUILD=/tmp/b SANITIZE=address,undefined build
# Files are found by pattern; a folder that does not exist yet is simply empty.

BUILD ?= build
OPT ?= -O2
SANITIZE ?=
DEMO ?= demo-data
LISTEN ?= 127.0.0.1:8080
PUBLIC ?= 127.0.0.1:8081
FUZZ_SECONDS ?= 60
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
ifeq ($(origin CC),default)
CC := gcc
endif

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wmissing-prototypes \
	-Wstrict-prototypes -Wformat=2 -Wno-missing-field-initializers -Werror
HARDEN := $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2 -fstack-protector-strong)
SANFLAGS := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
PKGS := libmicrohttpd libfyaml sqlite3 libpq libsodium libcrypto cairo pango pangocairo \
	fontconfig libgvc libcurl xlsxwriter libqrencode libqpdf harfbuzz-subset p11-kit-1
# Asked once, and only when a recipe needs it: `make deps build` installs pkg-config first.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKGS) | sed 's/-I/-isystem /g'))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)) -lm)$(PKG_LIBS)
GEN := $(BUILD)/gen
VERSION ?= 0.2.0
COMMIT ?= $(shell git describe --always --dirty=+ --exclude="*" --abbrev=12 2>/dev/null)
CPPFLAGS := -D_GNU_SOURCE -Isrc -I$(GEN)
# Poisons the calls that src/base replaces. Not for generated code, which needs none of it.
BANNED := -include src/base/banned.h
# libpq's own header names strtoul in a macro; the lint still reads these files.
$(BUILD)/obj/db/postgres.o $(BUILD)/obj/db/backup.o: BANNED :=
CFLAGS := -std=c17 -g $(OPT) $(WARN) $(HARDEN) -fPIE -pthread $(SANFLAGS)
LDFLAGS := -pie -pthread -Wl,-z,relro,-z,now $(SANFLAGS)

# While a layer is being written, build without it: make DIRS="src/base src/law" build/test/law
DIRS ?= src
SRC := $(sort $(shell find $(DIRS) -name '*.c' 2>/dev/null))
HEADERS := $(sort $(shell find $(DIRS) -name '*.h' -o -name '*.def' 2>/dev/null))
PAGES := $(sort $(wildcard pages/*.html))
PAGE_C := $(PAGES:pages/%.html=$(GEN)/pages/%.c)
LIB := $(BUILD)/libmingfa.a
LIB_OBJ := $(patsubst src/%.c,$(BUILD)/obj/%.o,$(filter-out src/main.c src/witness/main.c src/media/%,$(SRC))) \
	$(PAGE_C:$(GEN)/%.c=$(BUILD)/obj/gen/%.o) $(BUILD)/obj/gen/assets.o
# What meets hostile films and photos is linked into no server.
MEDIA := $(BUILD)/libmedia.a
MEDIA_OBJ := $(patsubst src/%.c,$(BUILD)/obj/%.o,$(filter-out src/media/main.c,$(filter src/media/%,$(SRC))))
MEDIA_LIBS = $(eval MEDIA_LIBS := $$(shell pkg-config --libs libavformat libavcodec libavutil libseccomp zbar))$(MEDIA_LIBS)
TOOLS := $(patsubst tools/%.c,$(BUILD)/tools/%,$(wildcard tools/*.c))

.PHONY: all deps build run practice test bench bench-public fuzz format check clean FORCE test-programs
all: build
# While installing, one goal after the other; the build below it is parallel again.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

# ---- what the machine must have: lists in deps/, npm by lock file ----
DEPS_LISTS := deps/run.txt $(if $(filter-out deps build run,$(MAKECMDGOALS)),deps/test.txt) \
	$(if $(filter fuzz format,$(MAKECMDGOALS)),deps/fuzz.txt) $(if $(filter bench,$(MAKECMDGOALS)),deps/bench.txt)
deps:
	@sh tools/deps.sh $(DEPS_LISTS)
	@$(MAKE) -s --no-print-directory node_modules/.stamp

node_modules/.stamp: package-lock.json
	npm ci --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# ---- the program ----
build: $(if $(filter src/main.c,$(SRC)),$(BUILD)/mingfa $(BUILD)/mingfa-witness $(BUILD)/mingfa-media,$(LIB)) $(BUILD)/lint.ok

$(BUILD)/mingfa: $(BUILD)/obj/main.o $(LIB) | $(BUILD)/lint.ok
	$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

# Of the library only what it needs is linked in.
$(BUILD)/mingfa-witness: $(BUILD)/obj/witness/main.o $(LIB) | $(BUILD)/lint.ok
	@$(CC) $(LDFLAGS) -o $@ $^ -Wl,--as-needed $(PKG_LIBS)

$(BUILD)/mingfa-media: $(BUILD)/obj/media/main.o $(MEDIA) $(LIB) | $(BUILD)/lint.ok
	@$(CC) $(LDFLAGS) -o $@ $^ $(MEDIA_LIBS)

$(MEDIA): $(MEDIA_OBJ) $(BUILD)/sources.list
	@rm -f $@
	@ar rcs $@ $(MEDIA_OBJ)

$(LIB): $(LIB_OBJ) $(BUILD)/sources.list
	@rm -f $@
	@ar rcs $@ $(LIB_OBJ)

# A change of flags or compiler builds everything anew; the lists notice files that went away.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CPPFLAGS) $(CFLAGS)' | cmp -s - $@ || echo '$(CC) $(CPPFLAGS) $(CFLAGS)' >$@
$(BUILD)/sources.list: FORCE
	@mkdir -p $(@D)
	@echo '$(SRC) $(HEADERS) $(PAGES)' | cmp -s - $@ || echo '$(SRC) $(HEADERS) $(PAGES)' >$@
FORCE:

$(BUILD)/obj/gen/%.o: $(GEN)/%.c $(BUILD)/flags | $(GEN)/pages.h
	@mkdir -p $(@D)
	@echo "cc   $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: src/%.c $(BUILD)/flags | $(GEN)/pages.h
	@mkdir -p $(@D)
	@echo "cc   $<"
	@$(CC) $(CPPFLAGS) $(BANNED) $(CFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

# ---- host tools, and what they generate ----
$(BUILD)/tools/%: tools/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "cc   $<"
	@$(CC) -D_GNU_SOURCE -std=c17 -g -O1 $(WARN) -o $@ $<

$(GEN)/pages.stamp: $(BUILD)/tools/tmplc $(PAGES) $(BUILD)/sources.list
	@mkdir -p $(GEN)/pages
	@$(BUILD)/tools/tmplc $(GEN) $(PAGES)
	@touch $@
$(GEN)/pages.h $(PAGE_C): $(GEN)/pages.stamp
	@true

# Embedded: definitions, migrations, our static files, and the npm files named in tools/assets.txt.
EMBED := $(sort $(shell find law sql static -type f ! -name '.*' 2>/dev/null))
ICONS := $(sort $(wildcard tools/icons.txt))
NPM_FILES := $(shell sed -n 's/^[^\# ][^ ]* //p' tools/assets.txt 2>/dev/null)
# Which program it is; only what tells it is compiled anew.
$(GEN)/build.h: FORCE
	@mkdir -p $(GEN)
	@printf '#define BUILD_VERSION "%s"\n#define BUILD_COMMIT "%s"\n' '$(VERSION)' '$(COMMIT)' >$@.new; cmp -s $@.new $@ || cp $@.new $@
$(BUILD)/obj/app/version.o: $(GEN)/build.h

$(GEN)/assets.list: FORCE
	@mkdir -p $(@D)
	@{ for f in $(EMBED); do echo "$$f $$f"; done; sed '/^#/d;/^$$/d' tools/assets.txt; \
	  echo 'static/icons.svg $(GEN)/icons.svg'; } >$@.new; cmp -s $@.new $@ || cp $@.new $@
$(GEN)/icons.svg: tools/icons.txt tools/sprite.sh node_modules/.stamp
	@mkdir -p $(@D)
	@sh tools/sprite.sh tools/icons.txt >$@.new && mv $@.new $@
$(GEN)/assets.c: $(GEN)/assets.list $(BUILD)/tools/embed tools/packed.sh $(EMBED) $(GEN)/icons.svg node_modules/.stamp
	@sh tools/packed.sh $(GEN)/assets.list $(GEN)/packed >$(GEN)/assets.all
	@$(BUILD)/tools/embed $(GEN)/assets.all $@

# ---- lint: layers, banned functions, SQL and HTML built from text ----
$(BUILD)/lint.ok: $(BUILD)/tools/lint $(SRC) $(HEADERS) $(BUILD)/sources.list
	@$(BUILD)/tools/lint $(SRC) $(HEADERS)
	@touch $@

# ---- running ----
run:
	@$(MAKE) --no-print-directory -j$(JOBS) build
	@test -e $(DEMO) || { rm -rf $(DEMO).new; $(BUILD)/mingfa init $(DEMO).new --demo --pack shanxi/linyi && mv $(DEMO).new $(DEMO); }
	@$(BUILD)/mingfa migrate $(DEMO) >/dev/null
	@exec $(BUILD)/mingfa serve $(DEMO) --listen $(LISTEN) --public $(PUBLIC)

# The practice county, beside the demonstration.
PRACTICE ?= practice-data
practice: LISTEN = 127.0.0.1:8082
practice: PUBLIC = 127.0.0.1:8083
practice:
	@$(MAKE) --no-print-directory -j$(JOBS) build
	@test -e $(PRACTICE) || { rm -rf $(PRACTICE).new; $(BUILD)/mingfa init $(PRACTICE).new --practice --pack shanxi/linyi && mv $(PRACTICE).new $(PRACTICE); }
	@$(BUILD)/mingfa migrate $(PRACTICE) >/dev/null
	@exec $(BUILD)/mingfa serve $(PRACTICE) --listen $(LISTEN) --public $(PUBLIC)

# ---- tests: one Criterion program a module, one replayer a fuzz target ----
UNIT := $(sort $(wildcard tests/unit/*.c tests/unit/*/*.c))
# tests/unit/db/x.c and tests/unit/test_db_x.c both belong to module db.
module_of = $(if $(filter tests/unit,$(patsubst %/,%,$(dir $1))),$(word 2,$(subst _, ,$(basename $(notdir $1)))),$(notdir $(patsubst %/,%,$(dir $1))))
MODULES := $(sort $(foreach f,$(UNIT),$(call module_of,$f)))
TEST_LIB := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/lib/*.c))
FUZZ := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_MAIN ?= $(BUILD)/obj/tests/fuzz/main.o

$(BUILD)/obj/tests/%.o: tests/%.c $(BUILD)/flags | $(GEN)/pages.h
	@mkdir -p $(@D)
	@echo "cc   $<"
	@$(CC) $(CPPFLAGS) -Itests $(CFLAGS) -Wno-missing-prototypes $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

define module_rule
$(BUILD)/test/$1: $(patsubst %.c,$(BUILD)/obj/%.o,$(foreach f,$(UNIT),$(if $(filter $1,$(call module_of,$f)),$f))) $(if $(filter media,$1),$(MEDIA)) $(TEST_LIB) $(LIB)
	@mkdir -p $$(@D)
	@$$(CC) $$(LDFLAGS) -o $$@ $$^ -lcriterion $$(PKG_LIBS) $(if $(filter media,$1),$$(MEDIA_LIBS)) -lm
endef
$(foreach m,$(MODULES),$(eval $(call module_rule,$m)))

$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(FUZZ_MAIN) $(BUILD)/obj/tests/lib/leaks.o $(LIB)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/fuzz/media: $(BUILD)/obj/tests/fuzz/fuzz_media.o $(FUZZ_MAIN) $(MEDIA) $(LIB)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) $(MEDIA_LIBS)

# Objects of fuzz targets are made in passing; without this line make would delete them.
.PRECIOUS: $(BUILD)/obj/tests/%.o
test-programs: build $(MODULES:%=$(BUILD)/test/%) $(FUZZ:%=$(BUILD)/fuzz/%)

test:
	@$(MAKE) --no-print-directory -j$(JOBS) test-programs
	@$(MAKE) --no-print-directory -j$(JOBS) test-programs BUILD=$(BUILD)/asan SANITIZE=address,undefined OPT=-O1
	@BUILD=$(BUILD) ASAN_BUILD=$(BUILD)/asan CC='$(CC)' sh tests/run.sh
check: test

fuzz:
	@$(MAKE) --no-print-directory -j$(JOBS) fuzz-run CC=clang BUILD=$(BUILD)/libfuzzer FUZZ_MAIN= \
	  SANITIZE=fuzzer-no-link,address,undefined OPT=-O1
.PHONY: fuzz-run
fuzz-run: LDFLAGS += -fsanitize=fuzzer
fuzz-run: $(FUZZ:%=$(BUILD)/fuzz/%)
	@sh tests/fuzz/run.sh $(BUILD) $(FUZZ_SECONDS) $(FUZZ)

# bench/turn listens to what its writer asks of SQLite, so as to ask it again.
WRAP := $(foreach f,bind_int64 bind_text64 bind_blob64 bind_null step reset,-Wl,--wrap=sqlite3_$f)
$(BUILD)/obj/bench/%.o: bench/%.c $(BUILD)/flags | $(GEN)/pages.h
	@mkdir -p $(@D)
	@echo "cc   $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -Wno-missing-prototypes $(PKG_CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/bench/turn: $(BUILD)/obj/bench/turn.o $(LIB)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) $(WRAP) -o $@ $^ $(PKG_LIBS)
$(BUILD)/bench/page: $(BUILD)/obj/bench/page.o $(LIB)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)
$(BUILD)/bench/log: $(BUILD)/obj/bench/log.o $(LIB)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm
$(BUILD)/bench/draw $(BUILD)/bench/record $(BUILD)/bench/digests: $(BUILD)/bench/%: $(BUILD)/obj/bench/%.o $(LIB)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)
bench: build $(foreach p,turn page log draw record digests,$(BUILD)/bench/$p)
	@BUILD=$(BUILD) sh bench/run.sh
bench-public: build $(BUILD)/bench/log
	@BUILD=$(BUILD) sh bench/run.sh public

# ---- a Debian package ----
deb: build
	@sh tools/deb.sh $(BUILD) $(VERSION)
.PHONY: deb

format:
	clang-format -i $(sort $(shell find src tools tests bench -name '*.[ch]' 2>/dev/null))

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
