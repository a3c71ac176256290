/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The folder of kept frames: hard-000001.png and so on, and their list, hard-frames.csv, which the
 * trainer reads as a list of rated images.
 *
 * A picture is written beside and renamed before its line is added, so that whatever kills the
 * process, every line names a picture that is whole. What earlier runs left, or other elements
 * write at the same time, is never overwritten. */
#pragma once

#include "list.h"

typedef struct BiqaHarvestFolder BiqaHarvestFolder;

/* Makes the folder if it is not there, takes up the list of an earlier run and counts what the
 * folder holds. Errors: BIQA_ERROR_FILE, it cannot be made or written; BIQA_ERROR_FORMAT, its list
 * has other columns. */
BiqaHarvestFolder *biqa_harvest_folder_open(const char *path, GError **error);
void biqa_harvest_folder_free(BiqaHarvestFolder *folder);

/* Adds a picture and its line; row->file is set here. Errors: BIQA_ERROR_FILE; nothing was added
 * then. */
gboolean biqa_harvest_folder_add(BiqaHarvestFolder *folder, const BiqaHarvestRow *row,
                                 const GByteArray *png, GError **error);

/* Pictures that were found and added, and their bytes. Others' that came since are not counted. */
guint64 biqa_harvest_folder_files(const BiqaHarvestFolder *folder);
guint64 biqa_harvest_folder_bytes(const BiqaHarvestFolder *folder);

/* The lines that were there at first: likeness and score. (borrowed) */
const GArray *biqa_harvest_folder_found(const BiqaHarvestFolder *folder); /* of BiqaHarvestRow */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BiqaHarvestFolder, biqa_harvest_folder_free)
