# What PJSIP is linked with in the bundles: static, from Debian's source packages, cross compiled. Source it, don't run it.
# Expects in $prefix where to install, $triple the compilers' prefix, $flags and $link what they get, $log where they talk.

# name, version, licence (SPDX), project, archive in the Debian pool, its SHA-256; packaging/sbom reads this table, too
DEPENDENCIES=(
  "openssl 3.5.7 Apache-2.0 https://www.openssl.org pool/main/o/openssl/openssl_3.5.7.orig.tar.gz a8c0d28a529ca480f9f36cf5792e2cd21984552a3c8e4aa11a24aa31aeac98e8"
  "libsrtp 2.7.0 BSD-3-Clause https://github.com/cisco/libsrtp pool/main/libs/libsrtp2/libsrtp2_2.7.0.orig.tar.gz 54facb1727a557c2a76b91194dcb2d0a453aaf8e2d0cbbf1e3c2848c323e28ad"
  "opus 1.5.2 BSD-3-Clause https://opus-codec.org pool/main/o/opus/opus_1.5.2.orig.tar.gz 65c1d2f78b9f2fb20082c38cbe47c951ad5839345876e46941612ee87f9a7ce1"
  "speex 1.2.1 BSD-3-Clause https://www.speex.org pool/main/s/speex/speex_1.2.1.orig.tar.gz 4b44d4f2b38a370a2d98a78329fefc56a0cf93d1c1be70029217baae6628feea"
  "speexdsp 1.2.1 BSD-3-Clause https://www.speex.org pool/main/s/speexdsp/speexdsp_1.2.1.orig.tar.gz 8c777343e4a6399569c72abc38a95b24db56882c83dbdb6c6424a5f4aeb54d3d"
  "libuuid 2.41.5 BSD-3-Clause https://github.com/util-linux/util-linux pool/main/u/util-linux/util-linux_2.41.5.orig.tar.xz f586e35d320ff537aab3ffeca37e9ecd482ccbe013590db4429a414d8aa6a728"
)

# What TLS with a SIP server never asks for; each is a part less that could be attacked.
OPENSSL_LEFT_OUT=(
  shared tests apps docs module engine legacy dso comp zlib async ui-console autoload-config quic http ocsp cmp cms ts ct srp gost
  dsa des rc2 rc4 idea seed bf cast camellia aria sm2 sm3 sm4 md4 mdc2 rmd160 whirlpool siphash blake2 scrypt argon2 slh-dsa ml-dsa
)

# autotools FOLDER ARGUMENT…: configure for the other machine, make, install.
autotools() {
  local folder=$1
  shift
  cd "$folder"
  ./configure --build="$(gcc -dumpmachine)" --host="$triple" --prefix="$prefix" --disable-shared --enable-static "$@" \
    CC="$triple-cc" AR="$triple-ar" RANLIB="$triple-ranlib" CFLAGS="$flags -I$prefix/include" LDFLAGS="$link -L$prefix/lib" PKG_CONFIG=false
}

# The recipes; each runs in a shell of its own within the unpacked source.
build_openssl() {
  # without the mapping of paths: it records its flags, and names its files from here anyway
  perl Configure "linux-$machine" "${OPENSSL_LEFT_OUT[@]/#/no-}" --prefix=/usr --libdir=lib --openssldir=/etc/ssl \
    CC="$triple-cc" AR="$triple-ar" RANLIB="$triple-ranlib" CFLAGS="${flags% -ffile-prefix-map=*}"
  make -j2 build_libs
  cp libcrypto.a libssl.a "$prefix/lib/"
  cp -r include/openssl "$prefix/include/"
}
build_libsrtp() {
  autotools . --enable-openssl --with-openssl-dir="$prefix"
  make -j2 libsrtp2.a
  make install
}
build_opus() {
  autotools . --disable-doc --disable-extra-programs
  make -j2 install
}
# The small ones by hand: their configure scripts ask hundreds of questions of which a few matter.
SPEEX_FLAGS='-DFLOATING_POINT -DUSE_SMALLFT -DVAR_ARRAYS -DHAVE_STDINT_H -DEXPORT= -Iinclude'
build_speex() {
  speex_types include/speex/speex_config_types.h
  archive libspeex "$SPEEX_FLAGS -Ilibspeex" libspeex/{bits,cb_search,exc_*_table,filters,gain_table*,hexc_*table,high_lsp_tables,lpc,lsp,lsp_tables_nb,ltp}.c \
    libspeex/{modes,modes_wb,nb_celp,quant_lsp,sb_celp,smallft,speex,speex_callbacks,speex_header,stereo,vbr,vorbis_psy,vq,window}.c
}
build_speexdsp() {
  speex_types include/speex/speexdsp_config_types.h
  archive libspeexdsp "$SPEEX_FLAGS -Ilibspeexdsp" libspeexdsp/{buffer,fftwrap,filterbank,jitter,mdf,preprocess,resample,scal,smallft}.c
}
speex_types() {
  sed 's/@INCLUDE_STDINT@/#include <stdint.h>/; s/@SIZE\(..\)@/int\1_t/; s/@USIZE\(..\)@/uint\1_t/' "$1.in" >"$1"
  mkdir -p "$prefix/include/speex"
  cp include/speex/*.h "$prefix/include/speex/"
}
build_libuuid() {
  local defines
  defines="$(echo -DHAVE_{ERR,STDLIB,UNISTD,NET_IF,NETINET_IN}_H -DHAVE_SYS_{FILE,IOCTL,SOCKET,SYSCALL,TIME}_H)
    $(echo -DHAVE_{GETRANDOM,JRAND48,LIBPTHREAD,NANOSLEEP,REALLOCARRAY,STRNLEN,TLS}) -D_GNU_SOURCE -D_PATH_LOCALSTATEDIR=\"/var\""
  archive libuuid "$defines -Iinclude -Ilibuuid/src" lib/{md5,randutils,sha1}.c \
    libuuid/src/{clear,compare,copy,gen_uuid,isnull,pack,parse,predefined,unpack,unparse,uuid_time}.c
  mkdir -p "$prefix/include/uuid"
  cp libuuid/src/uuid.h "$prefix/include/uuid/"
}

# archive NAME FLAGS FILE…: compiles these files into a static library.
archive() {
  local name=$1 more=$2 file
  shift 2
  for file in "$@"; do
    # shellcheck disable=SC2086
    "$triple-cc" $flags $more -c "$file"
  done
  "$triple-ar" rcs "$prefix/lib/$name.a" ./*.o
}

# build_dependencies FOLDER: those that are not in $prefix yet; their licences come into $prefix/licenses.
build_dependencies() {
  local folder=$1 row name version licence project path sha source
  mkdir -p "$prefix"/{lib,include,licenses}
  for row in "${DEPENDENCIES[@]}"; do
    read -r name version licence project path sha <<<"$row"
    [ ! -f "$prefix/.$name-$version" ] || continue
    tell "$platform: $name $version"
    fetch_debian "$path" "$sha" "$CACHE/sources/$(basename "$path")" >&2
    source=$folder/$name
    rm -rf "$source"
    mkdir -p "$source"
    tar --extract --file "$CACHE/sources/$(basename "$path")" --directory "$source" --strip-components 1
    # in the background, because errors end a shell only where nobody asks for its outcome
    (
      cd "$source"
      "build_$name"
    ) >>"$log" 2>&1 &
    wait $! || die "$name did not build for $platform."
    licence_of "$name" "$source" >"$prefix/licenses/$name.txt"
    rm -rf "$source"
    touch "$prefix/.$name-$version"
  done
}

# licence_of NAME SOURCE: the text that has to go with it.
licence_of() {
  local candidate
  for candidate in LICENSE.txt LICENSE COPYING; do
    [ "$1" != libuuid ] || candidate=Documentation/licenses/COPYING.BSD-3-Clause
    if [ -f "$2/$candidate" ]; then
      cat "$2/$candidate"
      return
    fi
  done
  die "There is no licence in the source of $1."
}
