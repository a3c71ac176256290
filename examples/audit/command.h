/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What biqa-audit can be asked to do. Each lives in command-NAME.c, takes what follows its name,
 * and returns the exit status; an error is printed by main(). */
#pragma once

#include "totals.h"

AuditExit audit_command_run(int argc, char **argv, GError **error);
AuditExit audit_command_merge(int argc, char **argv, GError **error);
AuditExit audit_command_worker(int argc, char **argv, GError **error);
