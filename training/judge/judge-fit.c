/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge-fit.h"
#include "seed.h"

#include <math.h>

typedef struct {
    const TrainJudgeSample *samples;
    const double *inputs; /* (n, n_features) standardised */
    guint n, n_features;
    const TrainJudgeFit *fit;
    struct {
        double factor, offset; /* label = factor x score + offset, in the networks' units */
    } maps[TRAIN_JUDGE_N_SETS];
    TrainMlp *mlp;
    double *gradient, *first, *second; /* (n_weights); Adam's moments */
    guint step;
} Fit;

TrainJudgeFit train_judge_fit_defaults(void)
{
    return (TrainJudgeFit){
        .n_nets = 3,
        .hidden = {48, 24},
        .epochs = 80,
        .batch = 32,
        .rate = 2e-3,
        .decay = .02,
        .seed = 1,
    };
}

static double target(const TrainJudgeSample *sample)
{
    return (sample->label - TRAIN_JUDGE_CENTRE) / TRAIN_JUDGE_UNIT;
}

/* Mean and deviation of each feature; one that never changes is left where it is. */
static void measure_scale(TrainJudge *judge, const TrainJudgeSample *samples, guint n)
{
    for (guint f = 0; f < judge->n_features; f++) {
        double sum = 0, square = 0;
        for (guint i = 0; i < n; i++)
            sum += samples[i].features[f];
        const double mean = sum / n;
        for (guint i = 0; i < n; i++)
            square += (samples[i].features[f] - mean) * (samples[i].features[f] - mean);
        const double deviation = sqrt(square / n);
        judge->mean[f] = (float)mean;
        judge->deviation[f] = (float)(deviation > 1e-6 ? deviation : 1);
    }
}

static double *standardise(const TrainJudge *judge, const TrainJudgeSample *samples, guint n)
{
    double *inputs = g_new(double, (gsize)n * judge->n_features);
    for (guint i = 0; i < n; i++) {
        for (guint f = 0; f < judge->n_features; f++)
            inputs[(gsize)i * judge->n_features + f] =
                (samples[i].features[f] - judge->mean[f]) / judge->deviation[f];
    }
    return inputs;
}

/* Numbers 0..n-1, shuffled: Fisher and Yates'. */
static void shuffle(guint *order, guint n, guint64 state)
{
    for (guint i = 0; i < n; i++) {
        const guint j = train_draw(&state, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}

/* Least squares of each further set's labels by the network's present scores. */
static void fit_maps(Fit *fit)
{
    for (guint set = 1; set < TRAIN_JUDGE_N_SETS; set++) {
        double w = 0, x = 0, y = 0, xx = 0, xy = 0;
        for (guint i = 0; i < fit->n; i++) {
            if (fit->samples[i].set != set)
                continue;
            TrainMlpTrace trace;
            const double score =
                train_mlp_forward(fit->mlp, fit->inputs + (gsize)i * fit->n_features, &trace);
            const double label = target(&fit->samples[i]), weight = fit->samples[i].weight;
            w += weight;
            x += weight * score;
            y += weight * label;
            xx += weight * score * score;
            xy += weight * score * label;
        }
        const double spread = xx * w - x * x;
        /* A map that turns the scale round, or makes it a point, would teach nonsense. */
        const double factor = spread > 1e-9 * w * w ? (xy * w - x * y) / spread : 1;
        fit->maps[set].factor = CLAMP(factor, .1, 10);
        fit->maps[set].offset = w > 0 ? (y - fit->maps[set].factor * x) / w : 0;
    }
}

/* Adam (Kingma and Ba, 2015) with Loshchilov and Hutter's decoupled decay. */
static void update(Fit *fit, double rate)
{
    const double beta1 = .9, beta2 = .99;
    fit->step++;
    const double unbias1 = 1 - pow(beta1, fit->step), unbias2 = 1 - pow(beta2, fit->step);
    for (guint i = 0; i < fit->mlp->n_weights; i++) {
        const double g = fit->gradient[i];
        fit->first[i] = beta1 * fit->first[i] + (1 - beta1) * g;
        fit->second[i] = beta2 * fit->second[i] + (1 - beta2) * g * g;
        fit->mlp->weights[i] -=
            rate * (fit->first[i] / unbias1 / (sqrt(fit->second[i] / unbias2) + 1e-8) +
                    fit->fit->decay * fit->mlp->weights[i]);
        fit->gradient[i] = 0;
    }
}

/* Adds a sample's gradient of its weighted squared error / n; returns the error. */
static double add_sample(Fit *fit, guint index, guint n)
{
    const TrainJudgeSample *sample = &fit->samples[index];
    const double *input = fit->inputs + (gsize)index * fit->n_features;
    TrainMlpTrace trace;
    const double score = train_mlp_forward(fit->mlp, input, &trace);
    const double factor = fit->maps[sample->set].factor;
    const double error = factor * score + fit->maps[sample->set].offset - target(sample);

    train_mlp_backward(fit->mlp, input, &trace, 2 * sample->weight * factor * error / n,
                       fit->gradient);
    return sample->weight * error * error;
}

static double run_epoch(Fit *fit, const guint *order, guint epoch)
{
    const guint batch = fit->fit->batch, total = fit->fit->epochs;
    double sum = 0;
    for (guint at = 0; at < fit->n; at += batch) {
        const guint n = MIN(batch, fit->n - at);
        const double done = (epoch + (double)at / fit->n) / total;
        for (guint i = 0; i < n; i++)
            sum += add_sample(fit, order[at + i], n);
        update(fit, fit->fit->rate * (.02 + .98 * .5 * (1 + cos(G_PI * done))));
    }
    return sum / fit->n;
}

static TrainMlp *fit_net(Fit *fit, guint net)
{
    const TrainJudgeFit *params = fit->fit;
    const guint sizes[] = {fit->n_features, params->hidden[0], params->hidden[1], 1};
    g_autofree guint *order = g_new(guint, fit->n);

    fit->mlp = train_mlp_new(sizes, train_seed(params->seed, net, 0));
    fit->gradient = g_new0(double, fit->mlp->n_weights);
    fit->first = g_new0(double, fit->mlp->n_weights);
    fit->second = g_new0(double, fit->mlp->n_weights);
    fit->step = 0;
    for (guint set = 0; set < TRAIN_JUDGE_N_SETS; set++) {
        fit->maps[set].factor = 1;
        fit->maps[set].offset = 0;
    }
    for (guint epoch = 0; epoch < params->epochs; epoch++) {
        shuffle(order, fit->n, train_seed(params->seed, net, epoch + 1));
        const double error = run_epoch(fit, order, epoch);
        fit_maps(fit);
        if (params->progress && !params->progress(net, epoch, error, params->progress_data))
            break;
    }
    g_free(fit->gradient);
    g_free(fit->first);
    g_free(fit->second);
    for (guint i = 0; i < fit->mlp->n_weights; i++)
        fit->mlp->weights[i] = (float)fit->mlp->weights[i];
    return fit->mlp;
}

void train_judge_fit(TrainJudge *judge, const TrainJudgeSample *samples, guint n,
                     const TrainJudgeFit *params)
{
    g_assert(n > 0 && params->n_nets > 0 && params->n_nets <= TRAIN_JUDGE_MAX_NETS);
    measure_scale(judge, samples, n);
    g_autofree double *inputs = standardise(judge, samples, n);
    Fit fit = {
        .samples = samples,
        .inputs = inputs,
        .n = n,
        .n_features = judge->n_features,
        .fit = params,
    };

    for (guint net = 0; net < judge->n_nets; net++)
        train_mlp_free(judge->nets[net]);
    judge->n_nets = params->n_nets;
    for (guint net = 0; net < params->n_nets; net++)
        judge->nets[net] = fit_net(&fit, net);
}
