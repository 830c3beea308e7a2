# Sourced by dev: what everything that runs JavaScript needs. The package, the pages, and the browsers.

setup_browsers() {
  need_packages chromium:chromium firefox-esr:firefox-esr xvfb:Xvfb xauth:xauth
}

# The third engine, for the tests alone: MiniBrowser comes with the driver.
setup_webkit() {
  need_packages webkit2gtk-driver:WebKitWebDriver
}

# The module and the package's scripts: wasm/dist. The build of the module copies it there and generates the constants
# that the scripts are compiled with, so it comes first, with further targets of the same preset where some are named.
#
# A run of dev makes it once: five stages want it, and even to find that nothing changed takes each a quarter of a minute.
PACKAGE_MADE=
build_package() {
  [ "$PACKAGE_MADE" != yes ] || [ $# -gt 0 ] || return 0
  need_packages emscripten:emcc || return
  use_emscripten || { say "there is no emcc"; return 1; }
  build wasm all "$@" || return
  mkdir -p wasm/dist
  # Copied only when it changed, so that what watches the file has peace.
  cmp -s build/wasm/wasm/glasswal.wasm wasm/dist/glasswal.wasm || cp build/wasm/wasm/glasswal.wasm wasm/dist/
  build_inspector || return
  # Nothing stays, and is published, of a source that has gone.
  rm -rf wasm/build
  find wasm/dist -type f ! -name '*.wasm' ! -name inspector_module.js -delete
  step package-tsc "package: types" node_modules/.bin/tsc -p wasm/tsconfig.json --emitDeclarationOnly || return
  step package-scripts "package: scripts" node wasm/scripts.mjs || return
  step isolate-tsc "package: the service worker" node_modules/.bin/tsc -p web-ui/service-worker/tsconfig.json || return
  PACKAGE_MADE=yes
}

# The inspector's module, which the package fetches when an inspector is opened.
build_inspector() {
  setup_inspector || return
  use_emscripten || { say "there is no emcc"; return 1; }
  # Only the headers of fmt and spdlog: those of the machine that lie beside them are not for another target.
  mkdir -p build/headers
  local library
  for library in fmt spdlog; do
    [ -e "build/headers/$library" ] || cp -r "/usr/include/$library" build/headers/
  done
  # Debian keeps the packages of emcc's JavaScript optimiser where node looks only if it is told to.
  NODE_PATH=${NODE_PATH:-/usr/share/nodejs} build inspector glasswal_inspector_web || return
  local built=build/inspector/inspector/platform/html5 file
  for file in inspector.wasm inspector_module.js; do
    cmp -s "$built/$file" "wasm/dist/$file" || cp "$built/$file" wasm/dist/
  done
}

# ESLint with the rules of types speaks to a TypeScript of its own, which is not the one that compiles the package.
setup_eslint() {
  cmp -s tests/lint/package-lock.json tests/lint/node_modules/.glasswal-lock && return 0
  step npm-lint "fetching ESLint (npm ci)" npm ci --ignore-scripts --prefix tests/lint || return
  cp tests/lint/package-lock.json tests/lint/node_modules/.glasswal-lock
}

# The package as it would be published: build/package.
pack_package() {
  step package-pack "package: npm pack" node tests/web/package.mjs
}

# setup_consumers FOLDER SOURCE: the tools of consumers, as SOURCE's lock file names them, in a folder above or beside their apps.
setup_consumers() {
  cmp -s "$2/package-lock.json" "$1/node_modules/.glasswal-lock" && return 0
  mkdir -p "$1"
  cp "$2/package.json" "$2/package-lock.json" .npmrc "$1/" || return
  step "npm-${1##*/}" "fetching the tools of ${2#tests/} (npm ci)" npm ci --ignore-scripts --prefix "$1" || return
  cp "$2/package-lock.json" "$1/node_modules/.glasswal-lock"
}

# The demo: web-ui/dist. It is typed against the package.
build_pages() {
  step pages-tsc "pages: TypeScript" node_modules/.bin/tsc -p web-ui/tsconfig.json
}

# tell_failures LOG: what failed of a run of Node's tests, and the first lines of why: of a run elsewhere its output is all there is.
tell_failures() {
  awk '
    /^ *not ok / { sub(/^ *not ok [0-9]+ - /, ""); print "FAILED " $0; left = 0 }
    /^ *error: \|-/ { left = 25; next }
    /^ *error: / { sub(/^ *error: /, ""); if (!/subtests? failed/) print "    " $0 }
    /^ *(code|name|expected|stack): / { left = 0 }
    left > 0 && NF { print; left-- }
  ' "$1"
}

# node_tests NAME TITLE FILTER FILE...: runs test files with Node's own runner and counts. FILES_AT_ONCE of them run beside
# each other, one unless told.
node_tests() {
  local name=$1 title=$2 filter=$3
  shift 3
  QUIET_FAILURE=1 step "$name" "$title" node --test --test-concurrency="${FILES_AT_ONCE:-1}" --test-reporter=tap \
    ${filter:+--test-name-pattern="$filter"} "$@" || true
  local log=build/log/$name.log passed failed cancelled skipped
  tell_failures "$log"
  passed=$(sed -n 's/^# pass //p' "$log" | tail -n 1)
  failed=$(sed -n 's/^# fail //p' "$log" | tail -n 1)
  cancelled=$(sed -n 's/^# cancelled //p' "$log" | tail -n 1)
  skipped=$(sed -n 's/^# skipped //p' "$log" | tail -n 1)
  [ -n "$passed" ] && [ -n "$failed" ] || { tail -n 40 "$log"; return 1; }
  [ "${skipped:-0}" -eq 0 ] || [ -n "$filter" ] || say "$name: $skipped skipped"
  [ "$failed" -eq 0 ] || say "$name: see $log"
  count_stage "$name" "$passed" $((failed + ${cancelled:-0}))
}
