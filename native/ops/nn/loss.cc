// Losses that pick one class out of several. Plain loops: their cost is the misses, one per sample.
#include <algorithm>
#include <string>

#include "ops/family.h"

namespace blasgrad {
namespace {

enum Reduction { kNone = 0, kMean = 1, kSum = 2 };

// Attributes of both rows.
struct Shape {
  explicit Shape(const double* attr)
      : outer(static_cast<int64_t>(attr[0])),
        classes(static_cast<int64_t>(attr[1])),
        inner(static_cast<int64_t>(attr[2])),
        ignore(attr[3]),
        reduction(attr[4] == 0   ? kNone
                  : attr[4] == 1 ? kMean
                                 : kSum) {}
  int64_t outer, classes, inner;
  double ignore;
  Reduction reduction;
};

int32_t Once(const int32_t* target) { return __atomic_load_n(target, __ATOMIC_RELAXED); }

// Calls visit(sample, its class, where that class's logarithm lies) for every sample that counts.
template <class Visit>
void EachSample(const Shape& shape, const int32_t* target, const Visit& visit) {
  if (shape.inner == 0) return;  // however many times nothing
  for (int64_t o = 0; o < shape.outer; ++o) {
    for (int64_t i = 0; i < shape.inner; ++i) {
      const int64_t sample = o * shape.inner + i;
      const int32_t picked =
          Once(target + sample);  // another thread may write to it after the check
      if (picked == shape.ignore || picked < 0 || picked >= shape.classes) continue;
      visit(sample, picked, (o * shape.classes + picked) * shape.inner + i);
    }
  }
}

void RequireClasses(const Shape& shape, const int32_t* target) {
  for (int64_t i = 0; i < shape.outer * shape.inner; ++i) {
    const int32_t picked = Once(target + i);
    if (picked == shape.ignore || (picked >= 0 && picked < shape.classes)) continue;
    throw DataError("expected classes from 0 to " + std::to_string(shape.classes - 1) +
                    " for target, got " + std::to_string(picked));
  }
}

// logs (outer, classes, inner), target (outer, inner); out and total as `reduction` says: each loss
// and 1, or their sum or mean and the sum of weights.
template <class T>
void NllLoss(const Args& args) {
  const Shape shape(args.attr);
  const T* logs = args.in<T>(0);
  const int32_t* target = args.in<int32_t>(1);
  const T* weight = args.in<T>(2);
  T* out = args.out<T>(3);
  RequireClasses(shape, target);
  double sum = 0;
  double total = 0;
  if (shape.reduction == kNone) std::fill_n(out, shape.outer * shape.inner, T{0});
  EachSample(shape, target, [&](int64_t sample, int32_t picked, int64_t at) {
    const T share = weight == nullptr ? T{1} : weight[picked];
    const T loss = -share * logs[at];
    if (shape.reduction == kNone) {
      out[sample] = loss;
    } else {
      sum += static_cast<double>(loss);
      total += static_cast<double>(share);
    }
  });
  if (shape.reduction != kNone) {
    out[0] = static_cast<T>(shape.reduction == kMean ? sum / total : sum);
  }
  args.out<T>(4)[0] = static_cast<T>(shape.reduction == kMean ? total : 1);
}

template <class T>
void NllLossBackward(const Args& args) {
  const Shape shape(args.attr);
  const T* dy = args.in<T>(0);
  const int32_t* target = args.in<int32_t>(1);
  const T* weight = args.in<T>(2);
  const T total = args.in<T>(3)[0];
  T* dx = args.out<T>(4);
  RequireClasses(shape, target);
  std::fill_n(dx, shape.outer * shape.classes * shape.inner, T{0});
  EachSample(shape, target, [&](int64_t sample, int32_t picked, int64_t at) {
    const T share = weight == nullptr ? T{1} : weight[picked];
    dx[at] = -share * (shape.reduction == kNone ? dy[sample] : dy[0]) / total;
  });
}

void NllNeeds(const double* attr, int64_t* need) {
  need[0] = Elements(attr[0], attr[1], attr[2]);
  need[1] = Elements(attr[0], attr[2]);
  need[2] = Elements(attr[1]);
  need[3] = attr[4] == 0 ? need[1] : 1;
  need[4] = 1;
}

void NllBackwardNeeds(const double* attr, int64_t* need) {
  NllNeeds(attr, need);
  std::swap(need[0], need[4]);  // dx stands where the logarithms did
  std::swap(need[0], need[3]);  // dy where the loss did
}

}  // namespace

std::vector<Op> LossRows() {
  const std::vector<Attr> attrs = {
      {"outer"}, {"classes"}, {"inner"}, {"ignoreIndex", AttrKind::real}, {"reduction"}};
  const Operand target = {"target", Access::read, Element::int32};
  const Operand weight = {"weight", Access::read, Element::typed, true};
  return {
      {"nllLoss",
       {{"logs"}, target, weight, {"out", Access::write}, {"total", Access::write}},
       attrs,
       NllNeeds,
       {NllLoss<float>, NllLoss<double>}},
      {"nllLossBackward",
       {{"dy"}, target, weight, {"total"}, {"dx", Access::write}},
       attrs,
       NllBackwardNeeds,
       {NllLossBackward<float>, NllLossBackward<double>}},
  };
}

}  // namespace blasgrad
