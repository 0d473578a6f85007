# PJSIP's source and the binding to it, for the wheel of this machine (build) and the bundles for others (../bundles/build).
# Source it after scripts/common.sh, don't run it. In $log is where the compilers' talk goes.

ARCHIVE='asterisk_22.10.1+dfsg+~cs6.17.60671434.orig-Xpjproject.tar.xz'
ARCHIVE_SHA256=6860c2f7604b4eee75f38151a9ef69774eb3f0c5286fc1d14bc1db2dc5a9e8aa
VERSION=2.17.1
PJSUA2=$ROOT/packaging/pjsua2
PYTHON=${PYTHON:-$VENV/bin/python}

PJSIP_OPTIONS=(
  --enable-epoll --disable-sound --disable-video --with-external-srtp --with-external-speex --enable-speex-resample
  --disable-ilbc-codec --disable-gsm-codec --disable-g7221-codec --disable-libwebrtc --disable-libyuv
)
# of the binding; glue that copies arguments: optimising it takes a minute and gains nothing
BINDING_FLAGS="-O1 -g0 -std=c++17 -fvisibility=hidden -w"

# Progress goes to stderr: the last line on stdout is a result.
tell() { say "$@" >&2; }

# hash_of SALT FILES…: one checksum over what files below packaging/ hold and what they are called.
hash_of() {
  local salt=$1
  shift
  {
    cd "$ROOT/packaging"
    find "$@" -type f ! -name '*.pyc' ! -name '*.md' | LC_ALL=C sort | xargs sha256sum
    echo "$salt"
  } | sha256sum | cut -c1-12
}
PJSIP_INPUTS=(pjsua2/pjproject.sh pjsua2/config_site.h pjsua2/patches)
BINDING_INPUTS=(pjsua2/src pjsua2/hold_slayer.i)

# unpack_pjproject FOLDER: the source with our patches and settings.
unpack_pjproject() {
  local work=$1 patch
  mkdir -p "$work"
  # the mirror spells + and ~ as they are; only the URL path needs the plus signs escaped
  fetch_debian "pool/main/a/asterisk/$(sed 's/+/%2b/g' <<<"$ARCHIVE")" "$ARCHIVE_SHA256" "$CACHE/sources/$ARCHIVE" >&2
  tar --extract --file "$CACHE/sources/$ARCHIVE" --directory "$work" --strip-components 1
  for patch in "$PJSUA2"/patches/*.patch; do
    [ -f "$patch" ] || continue
    patch --directory "$work" --strip 1 --forward --fuzz 0 <"$patch" >>"$log" 2>&1 || die "The patch $(basename "$patch") does not fit."
  done
  cp "$PJSUA2/config_site.h" "$work/pjlib/include/pj/config_site.h"
  # left out of the source package, but named in its makefile
  touch "$work/pjmedia/src/pjmedia-audiodev/bdimad_dev.c"
}

# compile_pjproject FOLDER JOBS CONFIGURE-ARGUMENT…: the static libraries; says what is missing.
compile_pjproject() {
  local work=$1 jobs=$2 library feature
  shift 2
  # in the background, because errors end a shell only where nobody asks for its outcome
  (
    cd "$work"
    ./configure "$@" "${PJSIP_OPTIONS[@]}"
    make dep
    for library in pjlib pjlib-util pjnath third_party pjmedia pjsip; do
      make -C "$library/build" -j"$jobs"
    done
  ) >>"$log" 2>&1 &
  wait $! || die "PJSIP did not build."
  for feature in PJ_HAS_SSL_SOCK PJMEDIA_HAS_OPUS_CODEC; do
    grep -rqE "define $feature +1" "$work"/pj*/include || die "PJSIP was configured without $feature; a development package is missing."
  done
  for library in ssl opus srtp2 uuid; do
    grep -q "l$library" "$work/build.mak" || die "PJSIP was configured without $library; a development package is missing."
  done
}

# write_binding PJPROJECT FOLDER: what SWIG makes of the interface, and our own C++ beside it.
write_binding() {
  local work=$1 binding=$2 library includes=()
  rm -rf "$binding"
  mkdir -p "$binding"
  cp -r "$PJSUA2/src" "$PJSUA2/setup.py" "$binding/"
  for library in pjlib pjlib-util pjnath pjmedia pjsip; do includes+=("-I$work/$library/include"); done
  # from within, so that no path of this machine gets into what it writes
  (
    cd "$binding"
    "$(dirname "$PYTHON")/swig" -python -threads -w312,401,503 -c++ -I"$work/pjsip-apps/src/swig" -Isrc "${includes[@]}" \
      -outdir . -o pjsua2_wrap.cpp "$PJSUA2/hold_slayer.i"
  ) >>"$log" 2>&1 || die "SWIG did not accept the interface."
}

# make_variable PJPROJECT NAME: what a variable of PJSIP's build.mak holds.
make_variable() { make --no-print-directory -f - <<<"include $1/build.mak
all:
	@echo \$($2)"; }

# record_of FLAVOUR: what a library was made of, in one line.
record_of() { echo "PJSIP 2.17 from $ARCHIVE, sha256 $ARCHIVE_SHA256; flavour $1; patches: $(cd "$PJSUA2/patches" && echo *.patch)"; }
