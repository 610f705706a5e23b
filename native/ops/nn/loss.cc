// Losses that select one class out of several. Plain loops: cache misses dominate, one per sample. Elements are
// stored as S and computed as T; `total` is float64, because a half would round a sum of weights.
#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>

#include "ops/family.h"
#include "ops/index/indices.h"

namespace blasgrad {
namespace {

enum Reduction { kNone = 0, kMean = 1, kSum = 2 };

// The attributes of both ops.
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

// Calls visit(sample, class, position of that class's logarithm) for every sample that is not ignored.
template <class I, class Visit>
void EachSample(const Shape& shape, const I* target, const Visit& visit) {
  if (shape.inner == 0) return;  // empty, for any number of samples
  for (int64_t o = 0; o < shape.outer; ++o) {
    for (int64_t i = 0; i < shape.inner; ++i) {
      const int64_t sample = o * shape.inner + i;
      const I picked =
          ReadIndex(target + sample);  // another thread may write to it after the check
      if (static_cast<double>(picked) == shape.ignore || picked < 0 || picked >= shape.classes)
        continue;
      visit(sample, picked, (o * shape.classes + picked) * shape.inner + i);
    }
  }
}

template <class I>
void RequireClasses(const Shape& shape, const I* target) {
  for (int64_t i = 0; i < shape.outer * shape.inner; ++i) {
    const I picked = ReadIndex(target + i);
    if (static_cast<double>(picked) == shape.ignore || (picked >= 0 && picked < shape.classes))
      continue;
    throw DataError("expected classes from 0 to " + std::to_string(shape.classes - 1) +
                    " for target, got " + std::to_string(picked));
  }
}

// logs (outer, classes, inner), target (outer, inner). Depending on `reduction`, out and total are each sample's
// loss and 1, or the sum or mean of losses and the sum of weights.
template <class S, class I>
void NllLoss(const Args& args) {
  using T = ComputeOf<S>;
  const Shape shape(args.attr);
  const S* logs = args.in<S>(0);
  const I* target = args.in<I>(1);
  const S* weight = args.in<S>(2);
  S* out = args.out<S>(3);
  RequireClasses(shape, target);
  double sum = 0;
  double total = 0;
  if (shape.reduction == kNone) std::fill_n(out, shape.outer * shape.inner, S{});
  EachSample(shape, target, [&](int64_t sample, I picked, int64_t at) {
    const T share = weight == nullptr ? T{1} : Widen(weight[picked]);
    const T loss = -share * Widen(logs[at]);
    if (shape.reduction == kNone) {
      out[sample] = Narrow<S>::From(loss);
    } else {
      sum += static_cast<double>(loss);
      total += static_cast<double>(share);
    }
  });
  if (shape.reduction != kNone) {
    out[0] = Narrow<S>::From(static_cast<T>(shape.reduction == kMean ? sum / total : sum));
  }
  args.out<double>(4)[0] = shape.reduction == kMean ? total : 1;
}

template <class S, class I>
void NllLossBackward(const Args& args) {
  using T = ComputeOf<S>;
  const Shape shape(args.attr);
  const S* dy = args.in<S>(0);
  const I* target = args.in<I>(1);
  const S* weight = args.in<S>(2);
  const T total = static_cast<T>(args.in<double>(3)[0]);
  S* dx = args.out<S>(4);
  RequireClasses(shape, target);
  std::fill_n(dx, shape.outer * shape.classes * shape.inner, S{});
  EachSample(shape, target, [&](int64_t sample, I picked, int64_t at) {
    const T share = weight == nullptr ? T{1} : Widen(weight[picked]);
    const T upstream = Widen(shape.reduction == kNone ? dy[sample] : dy[0]);
    dx[at] = Narrow<S>::From(-share * upstream / total);
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
  std::swap(need[0], need[4]);  // dx takes the position of the logarithms
  std::swap(need[0], need[3]);  // dy takes the position of the loss
}

// Throws a DataError unless every element of x (count) is in Range, whose `text` describes it.
template <class S, class Range>
void RequireAll(const Args& args) {
  const int64_t count = args.size(0);
  const S* x = args.in<S>(0);
  int all = 1;
  for (int64_t i = 0; i < count; ++i) all &= Range::Contains(Widen(x[i]));
  if (all == 1) return;
  for (int64_t i = 0; i < count; ++i) {
    if (Range::Contains(Widen(x[i]))) continue;
    const double value = static_cast<double>(Widen(x[i]));
    std::ostringstream text;
    text << value;
    throw DataError("expected " + std::string(Range::kText) + " for x, got " +
                    (std::isnan(value) ? "NaN" : text.str()));
  }
}

struct UnitInterval {
  static constexpr const char* kText = "numbers from 0 to 1";
  template <class T>
  static bool Contains(T x) {
    return (x >= 0) & (x <= 1);
  }
};

// NaN passes, as in PyTorch's check of variances.
struct NotNegative {
  static constexpr const char* kText = "numbers of at least 0";
  template <class T>
  static bool Contains(T x) {
    return !(x < 0);
  }
};

}  // namespace

std::vector<Op> LossOps() {
  const std::vector<Attr> attrs = {
      {"outer"}, {"classes"}, {"inner"}, {"ignoreIndex", AttrKind::real}, {"reduction"}};
  const Operand target = {"target", Access::read, Element::second};
  const Operand weight = {"weight", Access::read, Element::first, true};
  return {
      {"nllLoss",
       {{"logs"},
        target,
        weight,
        {"out", Access::write},
        {"total", Access::write, Element::float64}},
       attrs,
       NllNeeds,
       KernelsForPairs<kFloating, kIndices>(
           []<DType kType, DType kTarget>() { return NllLoss<CType<kType>, CType<kTarget>>; })},
      {"nllLossBackward",
       {{"dy"}, target, weight, {"total", Access::read, Element::float64}, {"dx", Access::write}},
       attrs,
       NllBackwardNeeds,
       KernelsForPairs<kFloating, kIndices>([]<DType kType, DType kTarget>() {
         return NllLossBackward<CType<kType>, CType<kTarget>>;
       })},
      {"probabilities",
       {{"x"}},
       {{"count"}},
       [](const double* attr, int64_t* need) { need[0] = Elements(attr[0]); },
       KernelsFor<kFloating>([]<DType kType>() { return RequireAll<CType<kType>, UnitInterval>; })},
      {"nonNegative",
       {{"x"}},
       {{"count"}},
       [](const double* attr, int64_t* need) { need[0] = Elements(attr[0]); },
       KernelsFor<kFloating>([]<DType kType>() { return RequireAll<CType<kType>, NotNegative>; })},
  };
}

}  // namespace blasgrad
