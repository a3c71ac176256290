#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# parallel.sh HOSTS SHARDS OUT FILE-OR-FOLDER...: an audit on several machines by GNU parallel.
#
# HOSTS is what --sshlogin takes: "2/alpha,4/beta" runs two shards at once on alpha and four on beta,
# ":" is this machine. Every machine has biqa-audit installed and sees the files, and the folder of
# OUT (report.html), under the same path. More shards than machines even out slow ones. A shard whose
# machine dies is tried on another, which goes on where the first one stopped; so does this whole
# script when it is run again. Options for biqa-audit go into AUDIT_OPTIONS.
set -eu
[ $# -ge 4 ] || { sed -n '3p' "$0" | cut -c 3- >&2; exit 2; }
audit=${BIQA_AUDIT:-biqa-audit}
hosts=$1
shards=$2
out=$3
shift 3
parts=${out%.html}-parts
mkdir -p "$parts"
parts=$(cd "$parts" && pwd)

# What a shard found (1: below a bound, 3: unreadable files) is told by the merge. Other statuses are
# failures, and tried again. @shard@ stands for the number: {} may be part of a file's name.
# shellcheck disable=SC2016 # expanded by the shell of each job
task='shard=$1 parts=$2 audit=$3 folder=$4; shift 4
cd "$folder" || exit
"$audit" --quiet --resume --shard "$shard" --out "$parts/${shard%/*}.html" "$@" || case $? in
1 | 3) ;;
*) exit 2 ;;
esac'

# shellcheck disable=SC2086 # AUDIT_OPTIONS is a list
seq "$shards" | parallel --will-cite --sshlogin "$hosts" --env PATH --env GST_PLUGIN_PATH --retries 3 \
    -I @shard@ -q sh -c "$task" shard "@shard@/$shards" "$parts" "$audit" "$PWD" \
    ${AUDIT_OPTIONS-} "$@"
exec "$audit" merge --out "$out" "$parts"/*.jsonl
