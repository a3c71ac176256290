/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* biqa-audit FILE...: an audit. */
#include "command.h"

#include "audit.h"

typedef struct {
    char **paths;
    char *list, *out, *fail_below, *title, *shard;
    gboolean null, every_kind, resume, retry, overwrite, quiet, verbose, version;
    int jobs, patience;
    AuditOptions measure;
} Options;

static const char summary[] =
    "Scores the videos and pictures that are named, and those in folders that are named, with the\n"
    "GStreamer element biqafilter, and writes one HTML report and one file of results.";

static const char description[] =
    "biqa-audit merge PART.jsonl... --out FILE makes one report of the results of many shards.\n\n"
    "Exit status: 0 all is fine; 1 a file is below --fail-below, or an alarm rang; 2 wrong usage, "
    "or\n"
    "the audit could not go on; 3 a file was not measured to its end; 130 stopped by a signal.\n";

static gboolean parse(Options *options, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"out", 'o', 0, G_OPTION_ARG_FILENAME, &options->out,
         "The page (audit.html); the results go to the same name with .jsonl", "FILE"},
        {"files-from", 0, 0, G_OPTION_ARG_FILENAME, &options->list,
         "Take the files listed in FILE too, one a line; - is standard input", "FILE"},
        {"null", '0', 0, G_OPTION_ARG_NONE, &options->null,
         "Names in that list end in a zero byte, not a newline", NULL},
        {"all-files", 0, 0, G_OPTION_ARG_NONE, &options->every_kind,
         "Of folders take every file, not only those named like media", NULL},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &options->jobs, "Measure N files at once (1)", "N"},
        {"timeout", 0, 0, G_OPTION_ARG_INT, &options->patience,
         "Give a file up that does not get on for so long (60)", "SECONDS"},
        {"resume", 0, 0, G_OPTION_ARG_NONE, &options->resume,
         "Go on with results that are there: skip what is done", NULL},
        {"retry", 0, 0, G_OPTION_ARG_NONE, &options->retry,
         "With --resume, measure again what was not measured to its end", NULL},
        {"overwrite", 0, 0, G_OPTION_ARG_NONE, &options->overwrite,
         "Begin anew: results that are there are lost", NULL},
        {"shard", 0, 0, G_OPTION_ARG_STRING, &options->shard,
         "Take the I-th of N shares of the files (1 <= I <= N)", "I/N"},
        {"fail-below", 0, 0, G_OPTION_ARG_STRING, &options->fail_below,
         "Exit with 1 if a file's FIGURE (minimum) is below; or p1, p5, p10, p50, mean, "
         "harmonic-mean",
         "[FIGURE:]SCORE"},
        {"title", 0, 0, G_OPTION_ARG_STRING, &options->title, "Title of the page", "TEXT"},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, "Show no progress", NULL},
        {"verbose", 0, 0, G_OPTION_ARG_NONE, &options->verbose,
         "Show what decoders print while they work", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->paths, NULL, NULL},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("FILE-OR-FOLDER...");

    g_option_context_set_summary(context, summary);
    g_option_context_set_description(context, description);
    g_option_context_add_main_entries(context, entries, NULL);
    audit_options_add(&options->measure, context);
    return g_option_context_parse(context, argc, argv, error);
}

static gboolean refuse(GError **error, const char *what)
{
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, what);
    return FALSE;
}

static gboolean check(Options *options, GError **error)
{
    if (!options->paths && !options->list)
        return refuse(error, "name a file or a folder (--help says more)");
    if (options->jobs < 1 || options->jobs > 1024)
        return refuse(error, "--jobs takes 1 to 1024");
    if (options->patience < 1 || options->patience > 86400)
        return refuse(error, "--timeout takes 1 to 86400 seconds");
    if (options->resume && options->overwrite)
        return refuse(error, "--resume and --overwrite exclude each other");
    if (options->retry && !options->resume)
        return refuse(error, "--retry goes with --resume");
    return audit_options_check(&options->measure, error);
}

/* Paths of the command line and of the list. (transfer full) */
static char **all_paths(const Options *options, GError **error)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    if (options->paths)
        g_strv_builder_addv(builder, (const char **)options->paths);
    if (options->list) {
        g_auto(GStrv) listed = audit_list_read(options->list, options->null, error);
        if (!listed)
            return NULL;
        g_strv_builder_addv(builder, (const char **)listed);
    }
    return g_strv_builder_end(builder);
}

static AuditExit start(Options *options, const char *name, GError **error)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_auto(GStrv) paths = NULL;
    AuditParams params = {
        .discovery = {.every_kind = options->every_kind, .shard = {1, 1}},
        .measure = &options->measure,
        .report = {.out = options->out ? options->out : "audit.html",
                   .page = {options->title, AUDIT_PAGE_PICTURE_BYTES}},
        .mode = options->resume      ? AUDIT_STORE_RESUME
                : options->overwrite ? AUDIT_STORE_OVERWRITE
                                     : AUDIT_STORE_NEW,
        .retry = options->retry,
        .quiet = options->quiet,
        .verbose = options->verbose,
        .jobs = (guint)options->jobs,
        .patience = (guint)options->patience,
        .program = program ? program : name,
    };

    if (!check(options, error) ||
        !audit_gate_parse(options->fail_below, &params.report.gate, error) ||
        (options->shard && !audit_shard_parse(options->shard, &params.discovery.shard, error)))
        return AUDIT_EXIT_USAGE;
    paths = all_paths(options, error);
    params.discovery.paths = (const char *const *)paths;
    return paths ? audit_run(&params, error) : AUDIT_EXIT_USAGE;
}

static void clear(Options *options)
{
    g_strfreev(options->paths);
    g_free(options->list);
    g_free(options->out);
    g_free(options->fail_below);
    g_free(options->title);
    g_free(options->shard);
    audit_options_clear(&options->measure);
}

AuditExit audit_command_run(int argc, char **argv, GError **error)
{
    Options options = {.jobs = 1, .patience = 60};
    const char *name = argv[0];
    AuditExit status = AUDIT_EXIT_USAGE;

    audit_options_init(&options.measure);
    if (parse(&options, &argc, &argv, error)) {
        if (options.version) {
            g_print("biqa-audit " BIQA_VERSION "\n");
            status = AUDIT_EXIT_FINE;
        } else {
            status = start(&options, name, error);
        }
    }
    clear(&options);
    return status;
}
