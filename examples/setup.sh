# SPDX-License-Identifier: LGPL-2.1-or-later
# The set-up that examples/quickstart.sh and tests/run.sh share; sourced, POSIX sh. Works on a bare
# Debian 12 and does nothing where everything is there.

# What each use needs, as Debian calls it.
packages_build='gcc libc6-dev meson ninja-build pkg-config glslang-tools libglib2.0-dev
    libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libgstreamer-plugins-bad1.0-dev
    libxkbcommon-dev libxkbcommon-x11-dev libvulkan-dev libopenblas-dev
    libjson-glib-dev libopenjp2-7-dev libmatio-dev libpng-dev libsoup-3.0-dev'
packages_run='gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good
    gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav mesa-vulkan-drivers'
packages_photo='mate-backgrounds'
packages_test='bash chromium clang-format debhelper git gir1.2-gstreamer-1.0 groff-base
    libgstrtspserver-1.0-dev lintian parallel python3-gi spirv-tools vulkan-validationlayers'

say() {
    printf '%s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# missing_packages PACKAGE... prints those that are not installed.
missing_packages() {
    for package; do
        state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || state=none
        [ "$state" = installed ] || printf '%s ' "$package"
    done
}

# need_packages PACKAGE... installs what is missing; asks no question and touches nothing else.
need_packages() {
    command -v dpkg-query >/dev/null ||
        die "this is not Debian: install the equivalents of: $* and run meson yourself"
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    say "Installing: $missing"
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null; then
        as_root=sudo
    else
        die "neither root nor sudo: have an administrator run: apt-get install $missing"
    fi
    $as_root apt-get update -qq || die "apt-get update failed: see above"
    # shellcheck disable=SC2086 # one word a package
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
        die "apt-get install failed: see above"
}

# build FOLDER MESON-OPTION... configures once and builds; prints the log only if that fails.
build() {
    folder=$1
    shift
    say "Building in $folder"
    mkdir -p "$folder"
    if ! [ -f "$folder/build.ninja" ]; then
        meson setup "$folder" "$@" >"$folder/setup.log" 2>&1 ||
            { cat "$folder/setup.log" >&2; die "meson setup failed: see above"; }
    fi
    ninja -C "$folder" >"$folder/ninja.log" 2>&1 ||
        { cat "$folder/ninja.log" >&2; die "the build failed: see above"; }
}
