# Sourced by dev: the stages of `./dev test`. Each takes the filter, runs, and adds to the two sums.

PASSED=0
FAILED=0
ALL=OFF  # ON: every suite in every configuration, and the long campaigns.
TIMES=()  # `stage m:ss` of each that ran.
SUMS=()  # Files of `seconds, suite` of those that ran.
FUZZ_SEED=${GLASSWAL_FUZZ_SEED:-20260101}
FUZZ_SECONDS=${GLASSWAL_FUZZ_SECONDS:-10}

# Everything that can be run: what `./dev test --all` adds to each stage.
run_all() {
  ALL=ON
  FUZZ_SECONDS=${GLASSWAL_FUZZ_SECONDS:-300}
  export GLASSWAL_KILLS=${GLASSWAL_KILLS:-20000} GLASSWAL_WEB_KILLS=${GLASSWAL_WEB_KILLS:-1000} GLASSWAL_THOROUGH=1
}

# count_stage NAME PASSED FAILED
count_stage() {
  PASSED=$((PASSED + $2))
  FAILED=$((FAILED + $3))
  say "$1: $2 passed, $3 failed"
}

# python_tests NAME TITLE SCRIPT [ARGUMENT...]: runs a script that prints its failures and, last, how many passed and failed.
python_tests() {
  local name=$1 title=$2 line
  QUIET_FAILURE=1 step "$name" "$title" python3 "${@:3}" || true
  grep -E -A 20 '^(FAILED|SKIPPED)' "build/log/$name.log" | grep -E '^(FAILED|SKIPPED|    )' || true
  line=$(tail -n 1 "build/log/$name.log")
  [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]] || { tail -n 20 "build/log/$name.log"; return 1; }
  count_stage "$name" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
}

stage_house() {
  python_tests house "house rules" tests/house/run.py
  python_tests runner "the runner of the suites" tests/tools/suites/self_test.py
  python_tests packages "./dev without apt" tests/tools/packages_test.py
  python_tests passed "what ./dev test remembers" tests/tools/passed_test.py
  if check_format; then count_stage format 1 0; else count_stage format 0 1; fi
  # What is new: against the branch that this one left, or the last commit; not more than some minutes of it.
  lint --most=24 "--since=$(git merge-base HEAD main 2>/dev/null | grep -vx "$(git rev-parse HEAD)" || git rev-parse HEAD~ 2>/dev/null)"
}

# What `./dev check` and the house rules look with.
need_lint() {
  need_packages clang-14:clang++-14 clang-format-14:clang-format-14 clang-tidy-14:clang-tidy-14
}

check_format() {
  need_lint || return
  local sources
  mapfile -t sources < <(find vfs inspector wasm tests samples -name node_modules -prune -o \( -name '*.cpp' -o -name '*.h' \) -print)
  step format "format of ${#sources[@]} files" clang-format-14 --dry-run -Werror "${sources[@]}"
}

# lint [--most=N] [--since=COMMIT]: clang-tidy, over what differs from the commit or over everything.
lint() {
  case " $* " in *' --since= '*) return 0 ;; esac
  need_lint || return
  step tidy-configure "tidy: configure" cmake --preset tidy || return
  # Nothing is built but the header that is made of others.
  step tidy-generated "tidy: generated headers" cmake --build build/tidy --target vfs/generated/fields.h || return
  python_tests tidy "clang-tidy${1:+ of what is new}" tests/tools/tidy.py "$@"
}

# build_suites PRESET: builds all that its suites need.
build_suites() {
  CONFIGURE_ARGS=(-DGLASSWAL_ALL_SUITES="$ALL")
  case "$1 $ALL" in
    # The benches are measured elsewhere; here they must compile.
    'native ON') CONFIGURE_ARGS+=(-DGLASSWAL_BUILD_BENCHES=ON) ;;
    # The compiler needs minutes for SQLite and Dear ImGui with these sanitizers. Without, they still see all memory that
    # our code touches, and what those give and take back; SQLite's own assertions are compiled in all the same.
    'asan ON') CONFIGURE_ARGS+=(-DGLASSWAL_SANITIZE_FOREIGN=ON) ;;
  esac
  local status=0
  build "$1" || status=$?
  CONFIGURE_ARGS=()
  return "$status"
}

# suites PRESET FILTER [COMMAND...]: builds the preset and runs its suites, under the command where one is given.
suites() {
  local preset=$1 list=build/$1/suites.tsv filter=$2
  shift 2
  build_suites "$preset" || return
  run_list "$preset" "$list" "$filter" "$@" || return
  SUMS+=("$list.sums")
}

# run_list NAME LIST FILTER [COMMAND...]: runs the suites of the list, and counts.
run_list() {
  local name=$1 list=$2 filter=$3 line log=build/log/$1-suites.log
  shift 3
  # Many kills take long: the limits grow with what was asked for.
  QUIET_FAILURE=1 step "$name-suites" "$name: suites" "$@" python3 tests/tools/suites/run.py "$list" \
    --times "$list.times" --sums "$list.sums" --filter "$filter" \
    --limit-scale "$((1 + ${GLASSWAL_KILLS:-0} / 200))" || true
  line=$(tail -n 1 "$log")
  [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]] || { tail -n 40 "$log"; return 1; }
  sed -n '/^\(FAILED\|SKIPPED\) /,$p' "$log" | sed '$d'
  [ "${BASH_REMATCH[3]}" -eq 0 ] || say "$name: ${BASH_REMATCH[3]} skipped"
  count_stage "$name" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
}

stage_native() {
  suites native "$1"
}

# What an operation costs, counted in the build that is shipped. It has no cases to choose from.
stage_instructions() {
  [ -z "$1" ] || return 0
  need_valgrind || return
  build release glasswal_bench || return
  python_tests instructions "instructions of an operation" tests/bench/instructions.py "$BENCH"
}

# What the two clang configurations need.
need_clang() {
  need_packages clang-14:clang++-14 libclang-rt-14-dev
}

stage_asan() {
  need_clang || return
  export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:strict_string_checks=1}
  export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
  suites asan "$1"
}

stage_tsan() {
  need_clang || return
  export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1:suppressions=$PWD/tests/tools/tsan.supp}
  # The thread sanitizer needs its shadow addresses free, which a kernel that randomises widely does not promise.
  local fixed_addresses=()
  if setarch -R true 2>/dev/null; then fixed_addresses=(setarch -R); fi
  suites tsan "$1" "${fixed_addresses[@]}"
}

# The targets are part of the configuration of AddressSanitizer.
stage_fuzz() {
  need_clang || return
  build_suites asan || return
  local target name list=build/asan/fuzz.tsv limit_s=$((FUZZ_SECONDS + 60))
  say "fuzz: seed $FUZZ_SEED, $FUZZ_SECONDS s a target"
  : >"$list"
  for target in build/asan/tests/fuzz/fuzz_*; do
    [ -x "$target" ] && [ -f "$target" ] || continue
    name=${target##*/}
    # The corpus starts anew each time, so that the seed alone decides where a run begins.
    rm -rf "build/corpus/$name"
    python3 tests/fuzz/seeds.py "$FUZZ_SEED" "build/corpus/$name" || return
    printf '%s\t%s\t%s\tprogram\n' "$name" "$target -seed=$FUZZ_SEED -max_total_time=$FUZZ_SECONDS -timeout=10 \
-rss_limit_mb=2048 -artifact_prefix=build/corpus/$name- build/corpus/$name" "$limit_s" >>"$list"
  done
  run_list fuzz "$list" "$1"
}

# clock SECONDS: as m:ss.
clock() {
  printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

# run_stage STAGE FILTER AGAIN: runs a stage, or counts it as it passed before. One that cannot even be built, or that finds
# nothing to run, is one failure, and the others still run.
run_stage() {
  local stage=$1 filter=$2 again=$3 print= before=$((PASSED + FAILED)) failed=$FAILED began=$SECONDS
  # With a filter it is only a part of the stage.
  if [ -z "$filter" ]; then print=$(fingerprint "$stage") || print=; fi
  if [ -z "$again" ] && passed_before "$stage" "$print"; then return; fi
  "stage_$stage" "$filter" || count_stage "$stage" 0 1
  if [ -z "$filter" ] && [ $((PASSED + FAILED)) -eq "$before" ]; then
    say "$stage: there was nothing to run"
    FAILED=$((FAILED + 1))
  fi
  [ "$FAILED" -gt "$failed" ] || remember_passed "$stage" "$print" $((PASSED + FAILED - before))
  TIMES+=("$stage $(clock $((SECONDS - began)))")
}

# Where the time went: the stages, and the ten slowest suites of those that are run one by one.
say_times() {
  [ "${#TIMES[@]}" -eq 0 ] || say "stages: ${TIMES[*]}"
  [ "${#SUMS[@]}" -eq 0 ] || say "slowest suites: $(sort -rn "${SUMS[@]}" | head -n 10 |
    awk -F'\t' '{ printf "%s%s %.0f s", (NR > 1 ? ", " : ""), $2, $1 }')"
}

# install_consumer NAME CMAKE-ARGUMENT...: configures, builds and runs the program of tests/install/NAME. It runs for a
# moment, so that what it builds need not be fast.
install_consumer() {
  local name=$1 at=build/install-test/$1
  shift
  step "install-$name" "install: $name, configure" cmake -S "tests/install/$name" -B "$at" -G Ninja \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O0 -DGLASSWAL_FOREIGN_OPTIMISATION=-O0 "$@" &&
    step "install-$name" "install: $name, build" cmake --build "$at" &&
    step "install-$name" "install: $name, run" "$at/consumer"
}

# pkg_config_consumer PREFIX: builds a C program with what pkg-config says of the library in PREFIX, and runs it.
pkg_config_consumer() {
  local at=build/install-test/pkg_config said
  mkdir -p "$at"
  said=$(PKG_CONFIG_PATH=$1/lib/pkgconfig pkg-config --cflags --libs glasswal) &&
    step install-pkg-config "install: pkg_config, build" bash -c "cc -std=c99 -Wall -Wextra -Werror \
      tests/install/pkg_config/consumer.c $said -Wl,-rpath,$(printf %q "$1")/lib -o $at/consumer" &&
    step install-pkg-config "install: pkg_config, run" "$at/consumer"
}

# command_line_installed PREFIX: the command line runs where it lies, and shells and man find what they are told of it.
command_line_installed() {
  step install-cli "install: the command line" bash -c 'cd "$1" && bin/glasswal --version && source share/bash-completion/completions/glasswal &&
    complete -p glasswal && grep -q "^#compdef glasswal" share/zsh/site-functions/_glasswal &&
    grep -q "^complete -c glasswal" share/fish/vendor_completions.d/glasswal.fish && grep -q "^.TH GLASSWAL 1" share/man/man1/glasswal.1' - "$1"
}

stage_install() {
  need_packages pkg-config:pkg-config || return
  local passed=0 failed=0 prefix=$PWD/build/install-test/prefix
  rm -rf "$prefix"
  build native || return
  step install "install: into a folder of its own" cmake --install build/native --prefix "$prefix" || return
  if install_consumer find_package "-DCMAKE_PREFIX_PATH=$prefix"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  if install_consumer fetch_content; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  # Where it was not installed: an installation can be moved.
  rm -rf "$prefix-moved" && mv "$prefix" "$prefix-moved" || return
  if pkg_config_consumer "$prefix-moved"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  if command_line_installed "$prefix-moved"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  count_stage install "$passed" "$failed"
}

stage_wasm() {
  need_packages googletest || return
  build_package engine_test || return
  setup_mappers || return
  FILES_AT_ONCE=2 node_tests wasm "wasm: the engine and the package under Node" "$1" tests/wasm/*.test.mjs tests/web/api/*.test.mjs \
    tests/clients/*.test.mjs tests/wa_sqlite/*.test.mjs
}

# Two test files beside each other, here and below: most of them wait for one core, or for a browser to start or end a worker.
stage_web() {
  setup_browsers && setup_webkit || return
  build_package && build_pages || return
  local files
  mapfile -t files < <(find tests/web -maxdepth 1 -name '*.test.mjs' ! -name 'inspector_*' | sort)
  FILES_AT_ONCE=2 node_tests web "web: Chromium, Firefox and WebKitGTK" "$1" "${files[@]}"
}

stage_inspector() {
  setup_browsers || return
  # The native ones open what a page has saved.
  build_package && build_pages && build native glasswal_inspector glasswal_cli || return
  FILES_AT_ONCE=2 node_tests inspector "inspector: Chromium and Firefox" "$1" tests/web/inspector_*.test.mjs
}

# Two kinds of consumers beside each other: those of the one file mostly wait for a browser.
stage_consumers() {
  setup_browsers || return
  build_package && pack_package && setup_consumers build/consumers tests/consumers || return
  local files=(tests/consumers/*.test.mjs)
  # Its tool is larger than all others together.
  if [ "$ALL" = ON ]; then setup_consumers build/consumers/next tests/consumers/next || return; else
    mapfile -t files < <(printf '%s\n' "${files[@]}" | grep -v '/next\.test\.mjs$')
  fi
  FILES_AT_ONCE=2 node_tests consumers "consumers: bundlers, runtimes, types" "$1" "${files[@]}"
}

# What users are told: the API reference is whole, and what the READMEs show runs. C++ programs use the installed library.
stage_docs() {
  need_packages pkg-config:pkg-config && setup_browsers && setup_reference && setup_mappers || return
  build_package && pack_package && setup_consumers build/consumers tests/consumers || return
  build native && step docs-install "docs: the library for C++ programs" \
    cmake --install build/native --prefix build/docs-test/prefix || return
  FILES_AT_ONCE=2 node_tests docs "docs: the API reference, the READMEs" "$1" tests/docs/*.test.mjs
}
