/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two ways from grades to scores; opinions is empty. */
#pragma once

#include "opinions.h"

void opinions_of_absolute(const TrainGrades *grades, TrainOpinions *opinions);
void opinions_of_pairs(const TrainGrades *grades, TrainOpinions *opinions);
