// Hand-written C with cblas: a training step or a forward pass of a trial. `cArguments` in trial.ts has the order of the
// arguments.
#include "net.h"
#include "timing.h"

// sin(0.7 i + phase) times a bound: numbers that every contestant can compute.
static float* wave(size_t count, double phase, double bound) {
  float* values = numbers(count);
  for (size_t i = 0; i < count; ++i) values[i] = (float)(bound * sin(0.7 * (double)i + phase));
  return values;
}

static Layer layer_of(int index, int in, int out, int batch, int with_state) {
  const double bound = 1 / sqrt(in);
  const size_t count = (size_t)in * out, rows = (size_t)batch * out;
  Layer layer = {.in = in, .out = out, .y = numbers(rows), .dy = numbers(rows)};
  layer.weight = wave(count, index, bound);
  layer.bias = wave((size_t)out, index + 0.5, bound);
  if (with_state) {
    layer.weight_state = state_of(count);
    layer.bias_state = state_of((size_t)out);
  }
  return layer;
}

// The mean square of the outputs, by which a forward pass is checked.
static double mean_square(const Net* net) {
  const Layer* last = &net->layer[net->layers - 1];
  const size_t count = (size_t)net->batch * last->out;
  double sum = 0;
  for (size_t i = 0; i < count; ++i) sum += (double)last->y[i] * last->y[i];
  return sum / (double)count;
}

int main(int argc, char** argv) {
  if (argc != 12) {
    fprintf(stderr,
            "step: expected kind sizes batch activation optimizer lr loss check samples seconds "
            "threads\n");
    return 2;
  }
  const int training = strcmp(argv[1], "train") == 0;
  Net net = {.batch = atoi(argv[3]), .lr = atof(argv[6])};
  net.activation = strcmp(argv[4], "ReLU") == 0 ? RELU : SIGMOID;
  net.optimizer = strcmp(argv[5], "Adam") == 0 ? ADAM : SGD;
  net.kind = strcmp(argv[7], "mse") == 0 ? MSE : CROSS_ENTROPY;
  const int check = atoi(argv[8]), samples = atoi(argv[9]), threads = atoi(argv[11]);

  int sizes[17], count = 0;
  for (char* word = strtok(argv[2], ","); word && count < 17; word = strtok(NULL, ","))
    sizes[count++] = atoi(word);
  net.layers = count - 1;
  if (net.layers < 1) return 2;
  for (int l = 0; l < net.layers; ++l) {
    net.layer[l] =
        layer_of(l, sizes[l], sizes[l + 1], net.batch, training && net.optimizer == ADAM);
  }
  net.x = wave((size_t)net.batch * sizes[0], 0.3, 1);
  net.target = wave((size_t)net.batch * sizes[net.layers], 0.9, 0.5);
  if (threads > 0) openblas_set_num_threads(threads);

  void (*run)(void*) = training ? train : infer;
  for (int i = 0; i < (training ? check : 1); ++i) run(&net);
  printf("{\"check\": %.9g, ", training ? net.loss : mean_square(&net));
  print_samples(run, &net, 1, samples, atof(argv[10]));
  printf(", \"maxRss\": %.0f, \"version\": \"%s\"}\n", peak_rss(), COMPILER);
  return 0;
}
