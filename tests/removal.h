/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Folders that a test made, taken away when it is done. */
#pragma once

/* Removes a folder of files. One that holds a folder fails the test. */
void folder_remove(const char *path);

/* Removes a folder with all that is in it, where there is one. A link goes, what it leads to stays.
 */
void tree_remove(const char *path);
