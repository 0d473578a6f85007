# Shared by the scripts in this folder: where things are, and how to talk to the person who runs them.
# Source it, don't run it.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/hold-slayer
VENV=$ROOT/.venv
export ROOT CACHE VENV

# One line per step, so that a long set-up is never silent.
say() { printf '\033[1m▸\033[0m %s\n' "$*"; }

# The last line before giving up: what was wrong and what to do about it.
die() {
  printf '\033[31m✗ %s\033[0m\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# find_known_uv: the uv that is here already, if there is one.
find_known_uv() {
  local candidate
  for candidate in "$(command -v uv || true)" "$HOME/.local/bin/uv" "$CACHE/uv/bin/uv"; do
    if [ -n "$candidate" ] && "$candidate" --version >/dev/null 2>&1; then
      echo "$candidate"
      return 0
    fi
  done
  return 1
}

# Debian asks for root to install packages; a person at a desk has sudo instead.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    die "This needs root: $* — run it as root once, then start this script again."
  fi
}

# sha256_is FILE HEX: true when the file has that SHA-256 checksum.
sha256_is() { [ -f "$1" ] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status; }

# fetch_debian POOL_PATH SHA256 FILE: a source file from the Debian mirror this machine already uses.
# A copy that lies in $HOLD_SLAYER_SOURCES is taken first, for machines without a network.
fetch_debian() {
  local path=$1 sha=$2 file=$3 name mirror
  name=$(basename "$file")
  sha256_is "$file" "$sha" && return 0
  mkdir -p "$(dirname "$file")"
  if [ -n "${HOLD_SLAYER_SOURCES:-}" ] && sha256_is "$HOLD_SLAYER_SOURCES/$name" "$sha"; then
    cp "$HOLD_SLAYER_SOURCES/$name" "$file"
    return 0
  fi
  have apt-get || die "No apt here to ask for a Debian mirror. Put $name (sha256 $sha) in a folder and set HOLD_SLAYER_SOURCES to it."
  for mirror in $(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | sort -u); do
    if curl --fail --silent --location --retry 2 --output "$file.part" "${mirror%/}/$path"; then
      mv "$file.part" "$file"
      sha256_is "$file" "$sha" && return 0
      rm -f "$file"
    fi
  done
  die "Could not get $name (sha256 $sha) from this machine's Debian mirrors. Put it in a folder and set HOLD_SLAYER_SOURCES to that folder."
}

# apt_world FOLDER SUITE COMPONENT: an apt of its own in FOLDER that looks into another suite of this machine's Debian mirror.
# Nothing is installed by it. Afterwards call `apt-get "${APT_WORLD[@]}" …`; packages come into FOLDER/cache/archives.
apt_world() {
  local apt=$1 suite=$2 component=$3 mirror
  mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,etc/preferences.d}
  : >"$apt/status"
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | sort -u | head -n 1)
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite $component" >"$apt/etc/sources.list"
  APT_WORLD=(
    -o "Dir::State=$apt/state" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache" -o "Dir::Etc=$apt/etc"
    -o Dir::Etc::sourceparts=- -o Dir::Etc::main=- -o Dir::Etc::parts=- -o Debug::NoLocking=1 -o APT::Sandbox::User=root
    -o APT::Install-Recommends=false -o Acquire::Languages=none
  )
}
