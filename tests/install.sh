#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# install.sh BUILD-FOLDER: what is released works where it is put. Packs the last commit, builds and
# installs it from the tarball under a prefix, and makes Debian packages of it; prints TAP. Everything
# is made in a temporary folder, nothing is installed on this machine.
set -u

build=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
n=0
failures=0

# check WHAT COMMAND... is one test: the command succeeds.
check() {
    what=$1
    shift
    n=$((n + 1))
    if "$@" >"$work/log" 2>&1; then
        echo "ok $n $what"
    else
        echo "not ok $n $what"
        sed 's/^/# /' "$work/log" | tail -n 40
        failures=$((failures + 1))
    fi
}

pack() {
    meson dist -C "$build" --no-tests --formats gztar --allow-dirty &&
        tar -xzf "$build"/meson-dist/biqafilter-*.tar.gz -C "$work" &&
        mv "$work"/biqafilter-* "$work/source"
}

install_prefix() {
    meson setup "$work/build" "$work/source" --prefix="$prefix" --libdir=lib -Dtests=false \
        -Dplugin=enabled -Dtraining=enabled -Dmonitor=enabled &&
        meson install -C "$work/build"
}

# scores PLUGIN-FOLDER: the element that lies there finds its model and scores a frame.
scores() {
    GST_PLUGIN_PATH=$1 GST_REGISTRY=$work/registry GST_REGISTRY_UPDATE=yes gst-launch-1.0 -m \
        videotestsrc num-buffers=1 pattern=ball ! biqafilter backend=cpu any-domain=true ! fakesink |
        tee "$work/messages" | grep 'origin=(string)inferred' || { cat "$work/messages"; return 1; }
}

# knows PLUGIN-FOLDER: gst-inspect-1.0 shows the element.
knows() {
    GST_PLUGIN_PATH=$1 GST_REGISTRY=$work/registry gst-inspect-1.0 biqafilter | grep 'Blind video quality'
}

# A page names every option of its program, and groff has nothing to say against it.
page_is_good() {
    program=$prefix/bin/$1 page=$prefix/share/man/man1/$1.1
    groff -man -ww -z -Tutf8 "$page" 2>"$work/groff" && ! [ -s "$work/groff" ] &&
        groff -man -Tascii -P-cbou "$page" >"$work/text" &&
        "$program" --help | grep -oE -e '(^ +|, )--[a-z][a-z-]*' | tr -d ' ,' |
        grep -vE -e '^--help' | while read -r option; do
            grep -qF -e "$option" "$work/text" || { echo "$option is not in $page"; exit 1; }
        done
}

completes() {
    bash -c '. "$1" && COMP_WORDS=(biqa-train ev) COMP_CWORD=1 && PATH=$2:$PATH _biqa biqa-train &&
        echo "${COMPREPLY[@]}" && [ "${COMPREPLY[*]}" = eval ]' - \
        "$prefix/share/bash-completion/completions/biqa-train" "$prefix/bin"
}

# An installed recipe finds the judge beside it.
recipe_finds_judge() {
    for recipe in biqa-video-start biqa-video biqa-photo-start biqa-photo; do
        judge=$(sed -n 's/^judge=//p' "$prefix/share/biqafilter/training/recipes/$recipe.ini")
        [ -n "$judge" ] && [ -f "$prefix/share/biqafilter/training/recipes/$judge" ] || return 1
    done
}

# The examples that a package documents, as they lie in the sources, and fit to be run.
has_examples() {
    for example in audit/kubernetes.yaml audit/parallel.sh audit/slurm.sh read-metadata.py; do
        installed=$1/examples/${example##*/}
        cmp "$work/source/examples/$example" "$installed" || return 1
        case $example in *.yaml) ;; *) [ -x "$installed" ] || return 1 ;; esac
    done
}

make_packages() {
    (cd "$work/source" && dpkg-buildpackage -b -us -uc)
}

lints() {
    lintian --fail-on error,warning --allow-root "$work"/*.changes
}

unpacked_scores() {
    for package in "$work"/*.deb; do
        dpkg-deb -x "$package" "$work/root" || return 1
    done
    BIQA_MODEL_PATH=$work/root/usr/share/biqafilter/models
    export BIQA_MODEL_PATH
    has_examples "$work/root/usr/share/doc/biqafilter-tools" &&
        scores "$(dirname "$(find "$work/root" -name libgstbiqafilter.so)")" &&
        "$work/root/usr/bin/biqa-train" info "$BIQA_MODEL_PATH/biqa-video.gguf" &&
        "$work/root/usr/bin/biqa-train" info "$BIQA_MODEL_PATH/biqa-photo.gguf"
}

echo "1..13"
check "the last commit can be packed" pack
check "the tarball builds and installs under a prefix" install_prefix
check "the installed element is known" knows "$prefix/lib/gstreamer-1.0"
check "the installed element finds its model" scores "$prefix/lib/gstreamer-1.0"
for program in biqa-train biqa-audit biqa-monitor; do
    check "the page of $program has all its options" page_is_good "$program"
done
check "bash completes commands" completes
check "installed recipes find the judge" recipe_finds_judge
check "examples are installed" has_examples "$prefix/share/doc/biqafilter"
check "Debian packages build" make_packages
check "lintian is content" lints
check "what is packed in them works" unpacked_scores
exit "$((failures > 0))"
