# Sourced by dev: Dear ImGui, whose sources Debian has only as a source package of a later release than ours.
#
# apt gets folders and a list of its own, so that nothing of the machine's configuration changes; the mirror is the one
# that the machine itself uses.

IMGUI_RELEASE=trixie
IMGUI_SHA256=ecce377df0f90b292f15dcbd83d438bddc162b2388c881132bde18c787572a1c

# The address that the machine gets Debian's main archive from.
debian_mirror() {
  apt-get indextargets --format '$(SITE) $(ORIGIN) $(LABEL)' 'Created-By: Packages' |
    awk '$2 == "Debian" && $3 == "Debian" { site = $1 } END { print site }'
}

# fetch_imgui FOLDER: leaves the checked tarball of the sources in it as imgui.tar.xz.
fetch_imgui() {
  local at=$PWD/$1/apt mirror
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || { echo "apt has no list of Debian's packages: run apt-get update" >&2; return 1; }
  mkdir -p "$at/state/lists/partial" "$at/cache/archives/partial"
  # What is fetched is compared with a hash that we know, so the keys of a later release need not be here.
  echo "deb-src [trusted=yes] $mirror $IMGUI_RELEASE main" >"$at/sources.list"
  local options=(-o "Dir::Etc::SourceList=$at/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State=$at/state"
    -o "Dir::Cache=$at/cache")
  apt-get "${options[@]}" update || return
  (cd "$1" && apt-get "${options[@]}" source --download-only imgui) || return
  local tarball
  tarball=$(find "$1" -maxdepth 1 -name 'imgui_*.orig.tar.xz' | head -n 1)
  echo "$IMGUI_SHA256  $tarball" | sha256sum --check || return
  mv "$tarball" "$1/imgui.tar.xz"
}

# What is unpacked last says that all of it is there.
unpack_imgui() {
  mkdir -p "$1"
  fetch_imgui "$1" || return
  tar -xf "$1/imgui.tar.xz" -C "$1" --strip-components=1 || return
  rm -rf "$1/apt" "$1"/imgui_*.dsc "$1"/imgui_*.tar.xz
  touch "$1/.complete"
}

# What the inspector writes with: Latin letters and punctuation, without instructions for low resolutions.
subset_font() {
  mkdir -p "$(dirname "$1")"
  /usr/bin/python3 -m fontTools.subset /usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Medium.ttf \
    --unicodes=U+0020-007E,U+00A0-00FF,U+2010-2026 --no-hinting --layout-features= --output-file="$1"
}

# build/imgui and build/font: the sources and the font that GLASSWAL_IMGUI_DIR and GLASSWAL_INSPECTOR_FONT name.
setup_inspector() {
  need_packages xz-utils:xz libglfw3-dev libgl-dev xvfb:Xvfb xauth:xauth fonts-roboto-unhinted python3-fonttools || return
  # The command line, and the terminal in which it is tested.
  need_packages libcli11-dev libncurses-dev tmux:tmux || return
  [ -e build/imgui/.complete ] || step imgui "fetching Dear ImGui" unpack_imgui build/imgui || return
  [ -s build/font/inspector.ttf ] || step font "the inspector's font" subset_font build/font/inspector.ttf
}
