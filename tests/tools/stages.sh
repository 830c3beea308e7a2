# Sourced by dev: the stages of `./dev test`. Each takes the filter, runs, and adds to the two sums.

PASSED=0
FAILED=0
FUZZ_SEED=${GLASSWAL_FUZZ_SEED:-20260101}
FUZZ_SECONDS=${GLASSWAL_FUZZ_SECONDS:-20}

# count_stage NAME PASSED FAILED
count_stage() {
  PASSED=$((PASSED + $2))
  FAILED=$((FAILED + $3))
  say "$1: $2 passed, $3 failed"
}

stage_house() {
  QUIET_FAILURE=1 step house "house rules" python3 tests/house/run.py || true
  grep -A 20 '^FAILED' build/log/house.log | grep -E '^(FAILED|    )' || true
  local line
  line=$(tail -n 1 build/log/house.log)
  [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]] || { tail -n 20 build/log/house.log; return 1; }
  count_stage house "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
}

# ctest_preset PRESET FILTER [COMMAND...]: builds the preset and runs its tests, under the command where one is given.
ctest_preset() {
  local preset=$1 filter=$2
  shift 2
  # Many kills take long: the limits grow with what was asked for.
  CONFIGURE_ARGS=("-DGLASSWAL_TEST_TIMEOUT_SCALE=$((1 + ${GLASSWAL_KILLS:-0} / 200))")
  build "$preset" || return
  CONFIGURE_ARGS=()
  local junit=$PWD/build/junit/$preset.xml
  mkdir -p build/junit
  rm -f "$junit"
  QUIET_FAILURE=1 step "$preset-ctest" "$preset: tests" "$@" ctest --test-dir "build/$preset" -j2 --output-on-failure \
    --output-junit "$junit" ${filter:+-R "$filter"} || true
  [ -s "$junit" ] || { tail -n 40 "build/log/$preset-ctest.log"; return 1; }
  local summary
  summary=$(python3 tests/tools/junit.py "$junit") || return
  sed '$d' <<<"$summary"
  [[ $summary =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]] || return
  [ "${BASH_REMATCH[3]}" -eq 0 ] || say "$preset: ${BASH_REMATCH[3]} skipped"
  count_stage "$preset" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
}

stage_native() {
  ctest_preset native "$1"
}

stage_asan() {
  export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
  export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
  ctest_preset asan "$1"
}

stage_tsan() {
  need_packages clang-14:clang++-14 libclang-rt-14-dev || return
  export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1:suppressions=$PWD/tests/tools/tsan.supp}
  # The thread sanitizer needs its shadow addresses free, which a kernel that randomises widely does not promise.
  local fixed_addresses=()
  if setarch -R true 2>/dev/null; then fixed_addresses=(setarch -R); fi
  ctest_preset tsan "$1" "${fixed_addresses[@]}"
}

stage_fuzz() {
  need_packages clang-14:clang++-14 libclang-rt-14-dev || return
  build fuzz || return
  local target name corpus passed=0 failed=0
  say "fuzz: seed $FUZZ_SEED, $FUZZ_SECONDS s a target"
  for target in build/fuzz/tests/fuzz/fuzz_*; do
    [ -x "$target" ] && [ -f "$target" ] || continue
    name=${target##*/}
    [[ -z $1 || $name =~ $1 ]] || continue
    corpus=build/corpus/$name
    # The corpus starts anew each time, so that the seed alone decides where a run begins.
    rm -rf "$corpus"
    python3 tests/fuzz/seeds.py "$FUZZ_SEED" "$corpus" || return
    if step "$name" "fuzz: $name" "$target" -seed="$FUZZ_SEED" -max_total_time="$FUZZ_SECONDS" -timeout=10 \
      -rss_limit_mb=2048 -artifact_prefix="build/corpus/$name-" "$corpus"; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
      echo "FAILED $name"
    fi
  done
  count_stage fuzz "$passed" "$failed"
}

# install_consumer NAME CMAKE-ARGUMENT...: configures, builds and runs the program of tests/install/NAME.
install_consumer() {
  local name=$1 at=build/install-test/$1
  shift
  step "install-$name" "install: $name, configure" cmake -S "tests/install/$name" -B "$at" -G Ninja \
    -DCMAKE_BUILD_TYPE=Release "$@" &&
    step "install-$name" "install: $name, build" cmake --build "$at" &&
    step "install-$name" "install: $name, run" "$at/consumer"
}

stage_install() {
  local passed=0 failed=0 prefix=$PWD/build/install-test/prefix
  rm -rf "$prefix"
  build native || return
  step install "install: into a folder of its own" cmake --install build/native --prefix "$prefix" || return
  if install_consumer find_package "-DCMAKE_PREFIX_PATH=$prefix"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  if install_consumer fetch_content; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  count_stage install "$passed" "$failed"
}

stage_wasm() {
  need_packages googletest || return
  build_package && build wasm engine_test || return
  node_tests wasm "wasm: the engine and the package under Node" "$1" tests/wasm/*.test.mjs tests/web/api/*.test.mjs
}

stage_web() {
  setup_browsers || return
  build_package && build_pages || return
  local files
  mapfile -t files < <(find tests/web -maxdepth 1 -name '*.test.mjs' ! -name 'inspector_*' | sort)
  node_tests web "web: Chromium and Firefox" "$1" "${files[@]}"
}

stage_inspector() {
  setup_browsers || return
  # The native one opens what a page has saved.
  build_package && build_pages && build native glasswal_inspector || return
  node_tests inspector "inspector: Chromium and Firefox" "$1" tests/web/inspector_*.test.mjs
}
