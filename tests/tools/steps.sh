# Sourced by dev: progress lines, logs, and the set-up that every command needs.

STARTED=$SECONDS

# A step runs in the background, where the shell lets it ignore an interrupt: it ends with us, and a temporary folder goes.
RUNNING=
LEFT_BEHIND=
trap '[ -z "$RUNNING" ] || kill "$RUNNING" 2>/dev/null || true; [ -z "$LEFT_BEHIND" ] || rm -rf "$LEFT_BEHIND"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
HEARTBEAT_S=${GLASSWAL_HEARTBEAT_S:-30}

say() {
  local s=$((SECONDS - STARTED))
  printf '[%3d:%02d] %s\n' $((s / 60)) $((s % 60)) "$*"
}

usage() {
  printf 'dev: %s (./dev help says what there is)\n' "$1" >&2
  exit 2
}

# How far a running step is: the last counter that ninja, ctest, libFuzzer or Node's test runner printed.
progress_of() {
  tail -c 20000 "$1" 2>/dev/null | tr '\r' '\n' |
    grep -oE '^\[[0-9]+/[0-9]+\]|^ *[0-9]+/[0-9]+ Test|^#[0-9]+|^(not )?ok [0-9]+ - .*|^round .*' | tail -n 1 |
    sed -E 's/^ *\[?([0-9]+\/[0-9]+)\]?/\1/; s/ Test$/ tests finished/' || true
}

# step NAME TITLE COMMAND...: runs the command into build/log/NAME.log with a heartbeat while it lasts. A failure shows
# the end of the log and is returned. QUIET_FAILURE=1 leaves that to the caller, who knows better what to show.
step() {
  local name=$1 title=$2
  shift 2
  mkdir -p build/log
  local log=build/log/$name.log
  say "$title ..."
  "$@" >"$log" 2>&1 </dev/null &
  RUNNING=$!
  local last=$SECONDS status=0
  while kill -0 "$RUNNING" 2>/dev/null; do
    sleep 0.2
    if [ $((SECONDS - last)) -ge "$HEARTBEAT_S" ]; then
      last=$SECONDS
      say "$title: still running, $(progress_of "$log")"
    fi
  done
  wait "$RUNNING" || status=$?
  RUNNING=
  if [ "$status" -ne 0 ] && [ -z "${QUIET_FAILURE:-}" ]; then
    say "$title: FAILED; the end of $log:"
    tail -n 60 "$log"
  fi
  return "$status"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -n "$@"
  else
    echo "this needs root or sudo: $*" >&2
    return 1
  fi
}

has_package() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_packages() {
  as_root apt-get update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# need_packages PACKAGE[:COMMAND]...: installs what is missing. A package with a command is there when the command is,
# wherever it came from; one without is asked of dpkg. Where there is no dpkg to ask, GLASSWAL_PACKAGES=installed says
# that all is there.
need_packages() {
  [ "${GLASSWAL_PACKAGES:-}" != installed ] || return 0
  local missing=() entry package
  for entry in "$@"; do
    package=${entry%%:*}
    case " ${missing[*]} " in *" $package "*) continue ;; esac
    if [ "$package" != "$entry" ]; then
      command -v "${entry#*:}" >/dev/null || missing+=("$package")
    else
      has_package "$package" || missing+=("$package")
    fi
  done
  [ "${#missing[@]}" -eq 0 ] && return 0
  if ! command -v apt-get >/dev/null; then
    printf 'dev: please install: %s\ndev: %s\n' "${missing[*]}" "these are the names of Debian 12. If they are there under \
other names, say so: GLASSWAL_PACKAGES=installed ./dev ..." >&2
    return 1
  fi
  step apt "installing ${missing[*]}" install_packages "${missing[@]}"
}

# prepare FUNCTION...: installs in one go, before anything else is done, whatever these functions and those that they call
# need. So a system without apt is told all that is missing at once, and not in the middle.
prepare() {
  local wanted
  mapfile -t wanted < <(declare -f | awk -v roots="$*" '
    /^[a-z_]+ \(\)/ { name = $1; next }
    { body[name] = body[name] " " $0 }
    function visit(name, words, count, i, word, package) {
      if (!(name in body)) return
      count = split(body[name], words, " ")
      delete body[name]
      for (i = 1; i <= count; i++) {
        word = words[i]
        sub(/;$/, "", word)
        if (package && word !~ /^[A-Za-z0-9.+:-]+$/) package = 0
        if (package) print word
        if (word == "need_packages") package = 1
        if (words[i] ~ /;$/) package = 0
        visit(word)
      }
    }
    END {
      delete body["need_packages"]
      delete body["prepare"]
      count = split(roots, names, " ")
      for (i = 1; i <= count; i++) visit(names[i])
    }' | sort -u)
  need_packages "${wanted[@]}"
}

setup_packages() {
  need_packages g++:g++ cmake:cmake ninja-build:ninja python3:python3 ca-certificates \
    libgtest-dev libgmock-dev libfmt-dev libspdlog-dev
  # The extension is tried in Debian's own shell and in its own Python, whatever else is on the PATH.
  need_packages sqlite3 python3
  # Any npm will do; Debian's is the one for a machine that has none.
  need_packages nodejs:node npm:npm
}

# install_npm FOLDER TITLE: what the lock file of the folder names, when that has changed.
install_npm() {
  # The copy of the lock file is written last, so an interrupted installation is repeated.
  cmp -s "$1/package-lock.json" "$1/node_modules/.glasswal-lock" && return 0
  step npm "$2 (npm ci)" npm ci --ignore-scripts --prefix "$1" || return
  cp "$1/package-lock.json" "$1/node_modules/.glasswal-lock"
}

setup_node_modules() {
  install_npm . "fetching SQLite and the sample rows"
}

setup_mappers() {
  install_npm tests/clients "fetching the mappers that the package is tried with"
}

# build PRESET [TARGET...]: configures and builds. CONFIGURE_ARGS holds further arguments for cmake.
CONFIGURE_ARGS=()
build() {
  local preset=$1 targets=("${@:2}")
  [ "${#targets[@]}" -gt 0 ] || targets=(all)
  step "$preset-configure" "$preset: configure" cmake --preset "$preset" "${CONFIGURE_ARGS[@]}" || return
  step "$preset-build" "$preset: build ${targets[*]}" cmake --build "build/$preset" --target "${targets[@]}"
}

# The preset wasm takes its toolchain file from the SDK that the emcc on the PATH belongs to.
use_emscripten() {
  local emcc
  emcc=$(command -v emcc) || return
  EMSCRIPTEN_ROOT=$(em-config EMSCRIPTEN_ROOT 2>/dev/null) || EMSCRIPTEN_ROOT=$(dirname "$(readlink -f "$emcc")")
  export EMSCRIPTEN_ROOT
  # Debian's emcc does not find the packages that its own JavaScript steps need.
  if [ -d /usr/share/nodejs/acorn ]; then export NODE_PATH=/usr/share/nodejs; fi
}
