# The cross compiler for the bundles, by the names that configure scripts expect. Source it after scripts/common.sh, don't run it.

PLATFORMS=(x86_64-glibc x86_64-musl aarch64-glibc aarch64-musl)
# the oldest glibc that a bundle runs with: Debian 10, Ubuntu 18.10
GLIBC=2.28
# 2026-01-01, so that the same source gives the same bytes
export SOURCE_DATE_EPOCH=1767225600

# choose_platform PLATFORM: sets $platform, $machine, $triple (prefix of the tools) and $target (the compiler's name for it).
choose_platform() {
  platform=$1
  machine=${platform%-*}
  case $platform in
    *-glibc) triple=$machine-linux-gnu target=$triple.$GLIBC ;;
    *-musl) triple=$machine-linux-musl target=$triple ;;
  esac
}

# get_zig: the compiler of the PyPI package ziglang, once per machine; sets $ZIG.
get_zig() {
  local folder uv
  folder=$CACHE/ziglang-$(sha256sum "$ROOT/packaging/bundles/requirements.txt" | cut -c1-12)
  if [ ! -x "$folder/ziglang/zig" ]; then
    say "Getting the cross compiler (100 MB)" >&2
    uv=$(find_known_uv) || die "There is no uv; run scripts/setup first."
    rm -rf "$folder.new"
    "$uv" --no-config pip install --quiet --no-deps --require-hashes --python "$VENV/bin/python" --target "$folder.new" \
      -r "$ROOT/packaging/bundles/requirements.txt" >&2 || die "The cross compiler could not be installed; the reason is above."
    rm -rf "$folder"
    mv "$folder.new" "$folder"
  fi
  ZIG=$folder/ziglang/zig
  export ZIG_GLOBAL_CACHE_DIR=$CACHE/zig ZIG_LOCAL_CACHE_DIR=$CACHE/zig
}

# make_tools FOLDER: $triple-cc, c++, ar and ranlib on PATH; configure scripts then write no path of this machine into a library.
make_tools() {
  local folder=$1 tool
  get_zig
  mkdir -p "$folder"
  for tool in cc c++; do
    printf '#!/bin/sh\nexec "%s" %s -target %s "$@"\n' "$ZIG" "$tool" "$target" >"$folder/$triple-$tool"
  done
  for tool in ar ranlib; do
    printf '#!/bin/sh\nexec "%s" %s "$@"\n' "$ZIG" "$tool" >"$folder/$triple-$tool"
  done
  chmod +x "$folder/$triple-"*
  PATH=$folder:$PATH
}
