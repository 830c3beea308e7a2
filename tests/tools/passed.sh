# Sourced by dev: what has passed already. A stage is not run again while everything that it could depend on is as it was when
# it passed: the files of the tree, the tools, and what was asked for. A clean clone remembers nothing.

REMEMBERED=build/passed
SURROUNDINGS=  # What surroundings() said at the start.

# unrelated STAGE: what of the tree the stage does not look at, as pathspecs of git.
unrelated() {
  case $1 in
    native | instructions | asan | tsan | fuzz)
      printf ':!%s\n' '*.md' wasm/ts wasm/scripts.mjs web-ui tests/clients tests/consumers tests/docs tests/house tests/lint \
        tests/wasm tests/web
      ;;
  esac
}

# surroundings: the tools and what was asked for, as they are before any stage has set anything.
surroundings() {
  # The compilers, the browsers, and everything else that apt may have replaced.
  dpkg-query -W 2>/dev/null || true
  node --version 2>/dev/null || true
  env | grep -E '^(GLASSWAL_[A-Z_]*|CC|CXX|CFLAGS|CXXFLAGS|PATH|[ALT]SAN_OPTIONS|UBSAN_OPTIONS)=' | sort || true
  printf '%s\n' "$ALL" "$FUZZ_SEED" "$FUZZ_SECONDS"
}

# fingerprint STAGE: one line that is another one when anything is that the stage could depend on. Fails without git.
fingerprint() {
  local without
  git rev-parse --is-inside-work-tree >/dev/null 2>&1 || return
  mapfile -t without < <(unrelated "$1")
  {
    git ls-files -z --cached --others --exclude-standard -- . "${without[@]}" | sort -zu | xargs -0 sha256sum 2>/dev/null || true
    printf '%s\n' "$SURROUNDINGS"
  } | sha256sum
}

# passed_before STAGE FINGERPRINT: counts the stage as it passed then, if it did.
passed_before() {
  local fingerprint count
  [ -n "$2" ] && [ -r "$REMEMBERED/$1" ] || return
  { read -r fingerprint && read -r count; } <"$REMEMBERED/$1" || return
  [ "$fingerprint" = "$2" ] && [[ $count =~ ^[1-9][0-9]*$ ]] || return
  PASSED=$((PASSED + count))
  say "$1: $count passed before, and nothing has changed since (--again runs them anew)"
}

# remember_passed STAGE FINGERPRINT COUNT: COUNT tests passed, none failed, none was left out.
remember_passed() {
  [ -n "$2" ] || return 0
  mkdir -p "$REMEMBERED"
  printf '%s\n' "$2" "$3" >"$REMEMBERED/$1"
}
