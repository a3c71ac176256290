#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# slurm.sh SHARDS OUT FILE-OR-FOLDER...: an audit as a Slurm job array, and a job that merges it.
#
# Every node has biqa-audit installed and sees the files, and the folder of OUT (report.html), under
# the same path. Submitting it again goes on with shards that were not finished. Options for
# biqa-audit go into AUDIT_OPTIONS, those for sbatch into SBATCH_OPTIONS ("--gpus=1 --time=4:00:00").
set -eu
audit=${BIQA_AUDIT:-biqa-audit}
if [ -n "${SLURM_ARRAY_TASK_ID-}" ]; then # in a task: its number is the shard's
    parts=$1
    shift
    # shellcheck disable=SC2086 # AUDIT_OPTIONS is a list
    "$audit" --resume --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
        --out "$parts/$SLURM_ARRAY_TASK_ID.html" ${AUDIT_OPTIONS-} "$@" || case $? in
    1 | 3) ;; # what it found is told by the merge
    *) exit 2 ;;
    esac
    exit
fi

[ $# -ge 3 ] || { sed -n '3p' "$0" | cut -c 3- >&2; exit 2; }
shards=$1
out=$2
shift 2
parts=${out%.html}-parts
mkdir -p "$parts"
# shellcheck disable=SC2086 # SBATCH_OPTIONS is a list
array=$(sbatch --parsable --job-name=audit --array="1-$shards" --output="$parts/%a.log" \
    ${SBATCH_OPTIONS-} "$0" "$parts" "$@")
# afterok: a merge that lacks a shard would look like the whole.
sbatch --parsable --job-name=audit-merge --dependency="afterok:${array%%;*}" \
    --output="$parts/merge.log" \
    --wrap "'$audit' merge --out '$out' '$parts'/*.jsonl"
