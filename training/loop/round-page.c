/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The report of a round: what was found, who was right, what has changed. */
#include "round.h"

#include "html.h"
#include "image.h"
#include "report-private.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 8     /* pairs or pictures */
#define CONTENTS 10 /* rows of the table of contents, at most */
#define QUALITY 90

static const char extra[] =
    ".tiles{grid-template-columns:repeat(auto-fill,minmax(170px,1fr))}.tile b{font-size:22px}"
    ".pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,480px),1fr));"
    "gap:22px;margin-top:12px}"
    ".pair{display:grid;grid-template-columns:1fr 1fr;gap:8px}"
    ".pair img,.singles img{display:block;width:100%;border-radius:6px;background:var(--faint);"
    "image-rendering:pixelated}"
    ".pair p{grid-column:1/-1;margin:0}"
    ".singles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(45%,220px),1fr));"
    "gap:16px;margin-top:12px}"
    "figcaption b{color:var(--ink)}figcaption .name{display:block;overflow:hidden;"
    "text-overflow:ellipsis;white-space:nowrap}";

/* Pictures that have something in common. */
typedef struct {
    char *name;
    guint n;
    double over;                  /* sum of the score before less the rating */
    double square[TRAIN_N_TIMES]; /* sum of squared distances from the rating */
} Group;

static double distance(const TrainRound *round, guint time, guint i)
{
    return round->seen[time][i] - round->ratings[i];
}

static double root(double square, guint n)
{
    return sqrt(square / n);
}

/* -- head ---------------------------------------------------------------------------------- */

static void add_tile(GString *out, const char *title, const char *value, const char *note)
{
    biqa_html_add(out, "<div class=\"tile\"><span>%s</span><b>%s</b><span>%s</span></div>\n", title,
                  value, note);
}

static void add_change_tile(GString *out, const char *title, const double *figures,
                            const char *note)
{
    g_autofree char *value =
        g_strdup_printf("%.1f → %.1f", figures[TRAIN_BEFORE], figures[TRAIN_AFTER]);
    add_tile(out, title, value, note);
}

static void add_role_tile(GString *out, const TrainReplay *replay, TrainRole role,
                          const char *title)
{
    const TrainReplayCount *count = &replay->counts[role];
    if (!count->n)
        return;
    g_autofree char *value =
        g_strdup_printf("%u → %u", count->right[TRAIN_BEFORE], count->right[TRAIN_AFTER]);
    g_autofree char *note = g_strdup_printf("of %u pairs", count->n);
    add_tile(out, title, value, note);
}

static void add_tiles(GString *out, const TrainRound *round)
{
    const guint n = round->pairs->images->len;
    double square[TRAIN_N_TIMES] = {0};
    g_autofree char *pictures = g_strdup_printf("%u", n);
    g_autofree char *note = g_strdup_printf("in %u pairs", round->pairs->pairs->len);
    for (guint t = 0; t < TRAIN_N_TIMES; t++) {
        for (guint i = 0; i < n; i++)
            square[t] += distance(round, t, i) * distance(round, t, i);
        square[t] = root(square[t], n);
    }
    g_string_append(out, "<div class=\"tiles\">\n");
    add_tile(out, "Pictures rated", pictures, round->loop->like ? "drawn at random" : note);
    add_change_tile(out, "Error on these", square, "points, root mean square");
    if (round->survey)
        add_change_tile(
            out, "Error on the unrated",
            g_array_index(round->survey->rows, TrainSurveyRow, round->survey->rows->len - 1).error,
            "held-out contents");
    add_role_tile(out, round->replay, TRAIN_DEFENDER, "Right as defender");
    add_role_tile(out, round->replay, TRAIN_ATTACKER, "Right as attacker");
    g_string_append(out, "</div>\n");
}

static void add_head(GString *out, const TrainRound *round)
{
    const TrainSitting *sitting = &round->loop->sitting;
    g_autofree char *rater = g_path_get_basename(train_stand_in_name(sitting->stand_in));
    biqa_html_add(out,
                  "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta "
                  "name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
                  "<title>Round %u</title><style>",
                  round->number);
    g_string_append(out, train_report_style());
    g_string_append(out, extra);
    biqa_html_add(out, "</style></head>\n<body><main><h1>Round %u</h1>", round->number);
    g_string_append(out, round->loop->like ? "<p>Pictures drawn at random"
                                           : "<p>Pictures on which the model and ");
    for (char *const *judge = round->loop->against; !round->loop->like && *judge; judge++) {
        g_autofree char *name = g_path_get_basename(*judge);
        biqa_html_add(out, "%s%s%s", judge == round->loop->against ? "" : ", ",
                      g_str_equal(name, "self") ? "its own competitor" : name,
                      judge[1] ? "" : " differ most");
    }
    biqa_html_add(out, ", as %s sees them beside their originals, in the place of %u people.</p>",
                  rater, sitting->raters);
    g_string_append(out, "<p class=\"dim\">Round of biqa-train " BIQA_VERSION
                         " · figures in points of 0 to 100, before → after learning</p>\n");
}

/* -- what was found ------------------------------------------------------------------------ */

static Group *group_of(GArray *groups, const char *name)
{
    for (guint g = 0; g < groups->len; g++) {
        Group *group = &g_array_index(groups, Group, g);
        if (g_str_equal(group->name, name))
            return group;
    }
    const Group fresh = {.name = g_strdup(name)};
    g_array_append_val(groups, fresh);
    return &g_array_index(groups, Group, groups->len - 1);
}

static int by_number(const void *a, const void *b)
{
    const Group *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strcmp(x->name, y->name);
}

static void clear_group(gpointer group)
{
    g_free(((Group *)group)->name);
}

/* Name of what picture i has in common with others. (transfer full) */
typedef char *(*NameOf)(const TrainRound *round, guint i);

static char *type_of(const TrainRound *round, guint i)
{
    guint level;
    g_autofree char *type = train_round_type(round, i, &level);
    return g_strdup(level ? type : "original");
}

static char *content_of(const TrainRound *round, guint i)
{
    return g_path_get_basename(train_pairs_image(round->pairs, i)->content);
}

/* The largest groups first. (transfer full) */
static GArray *make_groups(const TrainRound *round, NameOf name_of)
{
    GArray *groups = g_array_new(FALSE, FALSE, sizeof(Group));
    g_array_set_clear_func(groups, clear_group);
    for (guint i = 0; i < round->pairs->images->len; i++) {
        g_autofree char *name = name_of(round, i);
        Group *group = group_of(groups, name);
        group->n++;
        group->over += distance(round, TRAIN_BEFORE, i);
        for (guint t = 0; t < TRAIN_N_TIMES; t++)
            group->square[t] += distance(round, t, i) * distance(round, t, i);
    }
    g_array_sort(groups, by_number);
    return groups;
}

static void add_groups(GString *out, const TrainRound *round, const char *title, NameOf name_of,
                       guint most)
{
    g_autoptr(GArray) groups = make_groups(round, name_of);
    biqa_html_add(out,
                  "<div class=\"scroll\"><table><thead><tr><th>%s</th><th>pictures</th>"
                  "<th>too high by</th><th>error</th><th>after</th></tr></thead>"
                  "<tbody>\n",
                  title);
    for (guint g = 0; g < MIN(groups->len, most); g++) {
        const Group *group = &g_array_index(groups, Group, g);
        const double before = root(group->square[TRAIN_BEFORE], group->n),
                     after = root(group->square[TRAIN_AFTER], group->n);
        biqa_html_add(out,
                      "<tr><td>%s</td><td>%u</td><td>%+.1f</td><td>%.1f</td>"
                      "<td class=\"%s\">%.1f</td></tr>\n",
                      group->name, group->n, group->over / group->n, before,
                      after > before ? "worst" : "", after);
    }
    g_string_append(out, "</tbody></table></div>\n");
    if (groups->len > most)
        biqa_html_add(out, "<p class=\"dim\">and %u more</p>", groups->len - most);
}

static void add_findings(GString *out, const TrainRound *round)
{
    g_string_append(out, "<section id=\"found\"><h2>What was found</h2><p class=\"dim\">The "
                         "pictures that were rated, by what was done to them and by what they "
                         "show: by how much the model scored them too high in the mean, and the "
                         "root mean square distance from the rating.</p>"
                         "<div class=\"two\"><div>");
    add_groups(out, round, "distortion", type_of, G_MAXUINT);
    g_string_append(out, "</div><div>");
    add_groups(out, round, "content", content_of, CONTENTS);
    g_string_append(out, "</div></div></section>\n");
}

/* -- who was right ------------------------------------------------------------------------- */

static void add_replay(GString *out, const TrainReplay *replay)
{
    if (!replay->rows->len)
        return;
    g_string_append_printf(
        out,
        "<section id=\"replay\"><h2>Who was right</h2><p class=\"dim\">A defender calls the two "
        "of a pair equal, an attacker calls the first better. Who sees %g points or more between "
        "them sees a difference; right is who says what the ratings say. The error is the mean "
        "distance of the model's gap from the rated one.</p><div class=\"scroll\"><table><thead>"
        "<tr><th>the model as</th><th>pairs</th><th>right before</th><th>right after</th>"
        "<th>opponent right</th><th>error before</th><th>after</th></tr></thead><tbody>\n",
        TRAIN_REPLAY_VISIBLE);
    for (guint r = 0; r < TRAIN_N_ROLES; r++) {
        const TrainReplayCount *count = &replay->counts[r];
        if (count->n)
            biqa_html_add(out,
                          "<tr><td>%s</td><td>%u</td><td>%u</td><td>%u</td><td>%u</td>"
                          "<td>%.1f</td><td>%.1f</td></tr>\n",
                          train_roles[r], count->n, count->right[TRAIN_BEFORE],
                          count->right[TRAIN_AFTER], count->opponent_right,
                          count->error[TRAIN_BEFORE], count->error[TRAIN_AFTER]);
    }
    g_string_append(out, "</tbody></table></div></section>\n");
}

/* -- pictures ------------------------------------------------------------------------------ */

typedef struct {
    guint index;
    double key;
} Ranked;

static int fall(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    return x->key != y->key ? (x->key < y->key) - (x->key > y->key)
                            : (x->index > y->index) - (x->index < y->index);
}

static gboolean add_picture(GString *out, const TrainRound *round, guint i, GError **error)
{
    const TrainPairImage *picture = train_pairs_image(round->pairs, i);
    g_autofree char *path = g_build_filename(round->pairs->folder, picture->file, NULL);
    g_autofree char *name = g_path_get_basename(picture->origin);
    g_autoptr(TrainImage) image = train_image_load(path, error);
    g_autoptr(GBytes) bytes = image ? train_image_jpeg(image, QUALITY, error) : NULL;
    if (!bytes)
        return FALSE;
    biqa_html_add(out, "<figure><img alt=\"%s\" src=\"", name);
    biqa_html_add_data(out, "image/jpeg", bytes);
    biqa_html_add(out,
                  "\"/><figcaption><span class=\"name\" title=\"%s\">%s</span>rated <b>%.1f</b>, "
                  "scored <b>%.1f</b> → <b>%.1f</b></figcaption></figure>",
                  picture->origin, name, round->ratings[i], round->seen[TRAIN_BEFORE][i],
                  round->seen[TRAIN_AFTER][i]);
    return TRUE;
}

static gboolean add_pair(GString *out, const TrainRound *round, const TrainReplayRow *row,
                         GError **error)
{
    const TrainPair *pair = train_pairs_at(round->pairs, row->pair);
    g_string_append(out, "<div class=\"pair\">");
    if (!add_picture(out, round, pair->images[0], error) ||
        !add_picture(out, round, pair->images[1], error))
        return FALSE;
    biqa_html_add(out,
                  "<p class=\"dim\">%s calls them equal, %s the first better. Between them: rated "
                  "%+.1f; the model %+.1f → %+.1f%s</p></div>\n",
                  pair->defender, pair->attacker, row->rated, row->seen[TRAIN_BEFORE],
                  row->seen[TRAIN_AFTER],
                  row->right[TRAIN_AFTER] ? ", right now" : ", still wrong");
    return TRUE;
}

/* The pairs in which the model was most wrong. */
static gboolean add_pairs(GString *out, const TrainRound *round, GError **error)
{
    const GArray *rows = round->replay->rows;
    g_autofree Ranked *order = g_new(Ranked, rows->len + 1);
    guint n = 0;
    for (guint i = 0; i < rows->len; i++) {
        const TrainReplayRow *row = &g_array_index(rows, TrainReplayRow, i);
        if (!row->right[TRAIN_BEFORE])
            order[n++] = (Ranked){i, fabs(row->seen[TRAIN_BEFORE] - row->rated)};
    }
    if (!n)
        return TRUE;
    qsort(order, n, sizeof *order, fall);
    g_string_append(out, "<section id=\"pairs\"><h2>Where the model was most wrong</h2><div "
                         "class=\"pairs\">\n");
    for (guint k = 0; k < MIN(n, SHOWN); k++) {
        if (!add_pair(out, round, &g_array_index(rows, TrainReplayRow, order[k].index), error))
            return FALSE;
    }
    g_string_append(out, "</div></section>\n");
    return TRUE;
}

/* The pictures that were farthest from their ratings. */
static gboolean add_pictures(GString *out, const TrainRound *round, GError **error)
{
    const guint n = round->pairs->images->len;
    g_autofree Ranked *order = g_new(Ranked, n);
    for (guint i = 0; i < n; i++)
        order[i] = (Ranked){i, fabs(distance(round, TRAIN_BEFORE, i))};
    qsort(order, n, sizeof *order, fall);
    g_string_append(out, "<section id=\"missed\"><h2>Worst missed</h2><div class=\"singles\">\n");
    for (guint k = 0; k < MIN(n, SHOWN); k++) {
        if (!add_picture(out, round, order[k].index, error))
            return FALSE;
    }
    g_string_append(out, "</div></section>\n");
    return TRUE;
}

/* -- what has changed elsewhere ------------------------------------------------------------ */

static void add_tests(GString *out, const TrainRound *round)
{
    if (!round->tests->len)
        return;
    g_string_append(out, "<section id=\"tests\"><h2>On earlier test sets</h2><div class=\"scroll\">"
                         "<table><thead><tr><th>list</th><th>images</th><th>SRCC before</th>"
                         "<th>after</th><th>change</th><th>PLCC before</th><th>after</th>"
                         "<th>error before</th><th>after</th></tr></thead><tbody>\n");
    for (guint k = 0; k < round->tests->len; k++) {
        const TrainTestRow *row = &g_array_index(round->tests, TrainTestRow, k);
        const TrainAgreement *before = &row->agreement[TRAIN_BEFORE],
                             *after = &row->agreement[TRAIN_AFTER];
        biqa_html_add(out,
                      "<tr><td>%s</td><td>%u</td><td>%.3f</td><td>%.3f</td><td class=\"%s\">%+.3f"
                      "</td><td>%.3f</td><td>%.3f</td><td>%.1f</td><td>%.1f</td></tr>\n",
                      row->name, before->n, before->srcc, after->srcc,
                      after->srcc < before->srcc - .01 ? "worst" : "", after->srcc - before->srcc,
                      before->plcc, after->plcc, row->error[TRAIN_BEFORE], row->error[TRAIN_AFTER]);
    }
    g_string_append(out, "</tbody></table></div></section>\n");
}

static void add_survey(GString *out, const TrainRound *round)
{
    if (!round->survey)
        return;
    g_string_append(out, "<section id=\"survey\"><h2>On contents that nobody rated</h2>"
                         "<p class=\"dim\">Root mean square distance from the stand-in.</p><div "
                         "class=\"scroll\"><table><thead><tr><th>distortion</th><th>pictures</th>"
                         "<th>error before</th><th>after</th><th>change</th></tr></thead>"
                         "<tbody>\n");
    for (guint r = 0; r < round->survey->rows->len; r++) {
        const TrainSurveyRow *row = &g_array_index(round->survey->rows, TrainSurveyRow, r);
        const double before = row->error[TRAIN_BEFORE], after = row->error[TRAIN_AFTER];
        biqa_html_add(out,
                      "<tr><td>%s</td><td>%u</td><td>%.1f</td><td>%.1f</td><td class=\"%s\">%+.0f "
                      "%%</td></tr>\n",
                      row->name, row->n, before, after, after > before ? "worst" : "",
                      100 * (after / before - 1));
    }
    g_string_append(out, "</tbody></table></div></section>\n");
}

char *train_round_page(const TrainRound *round, GError **error)
{
    GString *out = g_string_new(NULL);
    add_head(out, round);
    add_tiles(out, round);
    add_findings(out, round);
    add_replay(out, round->replay);
    if (!add_pairs(out, round, error) || !add_pictures(out, round, error)) {
        g_string_free(out, TRUE);
        return NULL;
    }
    add_tests(out, round);
    add_survey(out, round);
    g_string_append(out, "</main></body></html>\n");
    return biqa_html_finish(out);
}
