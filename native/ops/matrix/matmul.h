// What the rest of the addon may know of the BLAS behind the matmul family.
#pragma once

#include <string>

namespace blasgrad {

std::string BlasVersion();
std::string BlasCoreType();

}  // namespace blasgrad
