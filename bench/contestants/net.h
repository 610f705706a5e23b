// A fully connected network and its training step in C: float32, batch-major. cblas computes the products, and fused loops
// the rest, which -O3 -march=native -ffast-math vectorises.
#pragma once
#include <cblas.h>
#include <math.h>
#include <stdlib.h>

enum Activation { SIGMOID, RELU };
enum Optimizer { SGD, ADAM };
enum Loss { MSE, CROSS_ENTROPY };

// Adam's state of one array: running means of its gradient and of the squared gradient.
typedef struct {
  float *gradient, *mean, *square;
} State;

typedef struct {
  int in, out;
  float *weight, *bias;  // (out, in), (out)
  State weight_state, bias_state;
  float *y, *dy;  // (batch, out)
} Layer;

typedef struct {
  int layers, batch, steps;
  enum Activation activation;
  enum Optimizer optimizer;
  enum Loss kind;
  double lr, loss;
  float *x, *target;  // (batch, in of the first), (batch, out of the last)
  Layer layer[16];
} Net;

static float* numbers(size_t count) {
  float* memory = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);
  if (!memory) exit(3);
  for (size_t i = 0; i < count; ++i) memory[i] = 0;
  return memory;
}

static State state_of(size_t count) {
  return (State){numbers(count), numbers(count), numbers(count)};
}

// y = act(y + bias); the last layer has no activation.
static void add_bias(float* restrict y, const float* restrict bias, int batch, int out,
                     int activate, enum Activation act) {
  for (int i = 0; i < batch; ++i, y += out) {
    if (!activate) {
      for (int j = 0; j < out; ++j) y[j] += bias[j];
    } else if (act == RELU) {
      for (int j = 0; j < out; ++j) y[j] = fmaxf(y[j] + bias[j], 0);
    } else {
      for (int j = 0; j < out; ++j) y[j] = 1 / (1 + expf(-(y[j] + bias[j])));
    }
  }
}

// dy *= act'(y), written by the value of y.
static void through_activation(float* restrict dy, const float* restrict y, size_t count,
                               enum Activation act) {
  if (act == RELU) {
    for (size_t i = 0; i < count; ++i) dy[i] = y[i] > 0 ? dy[i] : 0;
  } else {
    for (size_t i = 0; i < count; ++i) dy[i] *= y[i] * (1 - y[i]);
  }
}

static void forward(Net* net) {
  const float* x = net->x;
  for (int l = 0; l < net->layers; ++l) {
    Layer* at = &net->layer[l];
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, net->batch, at->out, at->in, 1, x, at->in,
                at->weight, at->in, 0, at->y, at->out);
    add_bias(at->y, at->bias, net->batch, at->out, l + 1 < net->layers, net->activation);
    x = at->y;
  }
}

// The loss, a mean over the batch (and for MSE over the outputs), and its derivative in dy of the last layer.
static void loss_of(Net* net) {
  const Layer* last = &net->layer[net->layers - 1];
  const int batch = net->batch, out = last->out;
  const float scale = net->kind == MSE ? 2 / (float)(batch * out) : 1 / (float)batch;
  double sum = 0;
  for (int i = 0; i < batch; ++i) {
    const float* restrict y = last->y + (size_t)i * out, * restrict target =
                                                             net->target + (size_t)i * out;
    float* restrict dy = last->dy + (size_t)i * out;
    float row = 0;
    if (net->kind == MSE) {
      for (int j = 0; j < out; ++j) {
        const float d = y[j] - target[j];
        row += d * d;
        dy[j] = scale * d;
      }
      sum += row / (float)out;
    } else {
      const int label = i % out;
      float largest = y[0];
      for (int j = 1; j < out; ++j) largest = fmaxf(largest, y[j]);
      for (int j = 0; j < out; ++j) row += dy[j] = expf(y[j] - largest);
      for (int j = 0; j < out; ++j) dy[j] *= scale / row;
      dy[label] -= scale;
      sum += logf(row) + largest - y[label];
    }
  }
  net->loss = sum / batch;
}

// Kingma and Ba, beta 0.9 and 0.999, epsilon 1e-8, all in one pass.
static void adam(float* restrict p, State s, size_t count, double lr, int step) {
  const float size = (float)(lr / (1 - pow(0.9, step))),
              root = (float)(1 / sqrt(1 - pow(0.999, step)));
  const float* restrict g = s.gradient;
  float* restrict mean = s.mean, * restrict square = s.square;
  for (size_t i = 0; i < count; ++i) {
    mean[i] = 0.9f * mean[i] + 0.1f * g[i];
    square[i] = 0.999f * square[i] + 0.001f * g[i] * g[i];
    p[i] -= size * mean[i] / (sqrtf(square[i]) * root + 1e-8f);
  }
}

// SGD needs no gradient in memory: the product adds straight to the weight.
static void backward_and_update(Net* net) {
  const int batch = net->batch, is_adam = net->optimizer == ADAM;
  for (int l = net->layers - 1; l >= 0; --l) {
    Layer* at = &net->layer[l];
    const float* x = l > 0 ? net->layer[l - 1].y : net->x;
    if (l > 0) {
      Layer* before = &net->layer[l - 1];
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch, at->in, at->out, 1, at->dy,
                  at->out, at->weight, at->in, 0, before->dy, at->in);
      through_activation(before->dy, before->y, (size_t)batch * at->in, net->activation);
    }
    float* sums = is_adam ? at->bias_state.gradient : at->bias;
    const float factor = is_adam ? 1 : (float)-net->lr;
    if (is_adam) {
      for (int j = 0; j < at->out; ++j) sums[j] = 0;
    }
    for (int i = 0; i < batch; ++i) {
      for (int j = 0; j < at->out; ++j) sums[j] += factor * at->dy[(size_t)i * at->out + j];
    }
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, at->out, at->in, batch, factor, at->dy,
                at->out, x, at->in, is_adam ? 0 : 1,
                is_adam ? at->weight_state.gradient : at->weight, at->in);
    if (is_adam) {
      adam(at->weight, at->weight_state, (size_t)at->in * at->out, net->lr, net->steps);
      adam(at->bias, at->bias_state, (size_t)at->out, net->lr, net->steps);
    }
  }
}

static void train(void* state) {
  Net* net = state;
  ++net->steps;
  forward(net);
  loss_of(net);
  backward_and_update(net);
}

static void infer(void* state) { forward(state); }
