// The matrices of Winograd's minimal filtering F(4, 3), from the Cook-Toom construction with the points 0, +-a, +-b and
// infinity: y = A^T ((G g) * (B^T d)) for 6 inputs d, 3 weights g and 4 outputs y[i] = sum over k of g[k] d[i + k].
// Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2015).
#pragma once

#include <array>
#include <cstddef>

namespace blasgrad {

// With these points the error is a fifth of that with the usual 1 and 2 (1.3e-6 of the largest value instead of 7e-6,
// 64 channels), and A and B are binary fractions, so that only G is rounded.
inline constexpr double kPointA = 0.75, kPointB = 1.5;

namespace winograd {

inline constexpr std::array<double, 5> kPoints = {0, kPointA, -kPointA, kPointB, -kPointB};

// A^T: powers of the points.
inline constexpr auto kA = [] {
  std::array<std::array<double, 6>, 4> m{};
  for (size_t j = 0; j < 5; ++j) {
    double power = 1;
    for (size_t i = 0; i < 4; ++i, power *= kPoints[j]) m[i][j] = power;
  }
  m[3][5] = 1;
  return m;
}();

// B^T: row j has the coefficients of the product of x - p over all points p but point j.
inline constexpr auto kB = [] {
  std::array<std::array<double, 6>, 6> m{};
  for (size_t j = 0; j < 6; ++j) {
    std::array<double, 7> product{1};
    for (size_t k = 0; k < 5; ++k) {
      if (k == j) continue;
      for (size_t i = 6; i > 0; --i) product[i] = product[i - 1] - kPoints[k] * product[i];
      product[0] *= -kPoints[k];
    }
    for (size_t i = 0; i < 6; ++i) m[j][i] = product[i];
  }
  return m;
}();

// What row j of G is divided by: the product of p_j - p over all other points p.
inline constexpr auto kDivisor = [] {
  std::array<double, 6> divisor{1, 1, 1, 1, 1, 1};
  for (size_t j = 0; j < 5; ++j) {
    for (size_t k = 0; k < 5; ++k) {
      if (k != j) divisor[j] *= kPoints[j] - kPoints[k];
    }
  }
  return divisor;
}();

// The numerators of G.
inline constexpr auto kG = [] {
  std::array<std::array<double, 3>, 6> m{};
  for (size_t j = 0; j < 5; ++j) m[j] = {1, kPoints[j], kPoints[j] * kPoints[j]};
  m[5] = {0, 0, 1};
  return m;
}();

// Whether the matrices compute exactly the outputs above: checks the coefficient of each g[k] d[l] in each y[i]. Every
// number is a binary fraction once each term is multiplied by all divisors but its own, so doubles are exact.
inline constexpr bool Exact() {
  double all = 1;
  for (const double divisor : kDivisor) all *= divisor;
  for (size_t i = 0; i < 4; ++i) {
    for (size_t k = 0; k < 3; ++k) {
      for (size_t l = 0; l < 6; ++l) {
        double sum = 0;
        for (size_t j = 0; j < 6; ++j) {
          double others = 1;
          for (size_t other = 0; other < 6; ++other) others *= other == j ? 1 : kDivisor[other];
          sum += kA[i][j] * kG[j][k] * kB[j][l] * others;
        }
        if (sum != (l == i + k ? all : 0)) return false;
      }
    }
  }
  return true;
}
static_assert(Exact());

}  // namespace winograd
}  // namespace blasgrad
