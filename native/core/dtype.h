// The element types, one line each. Only this file lists individual types; ops use groups.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/half.h"

namespace blasgrad {

// X(enumerator, name in JavaScript, C type, class of typed array, kind)
#define BLASGRAD_DTYPES(X)                                \
  X(float32, "float32", float, "Float32Array", floating)  \
  X(float64, "float64", double, "Float64Array", floating) \
  X(float16, "float16", Float16, "Uint16Array", half)     \
  X(bfloat16, "bfloat16", BFloat16, "Uint16Array", half)  \
  X(int64, "int64", int64_t, "BigInt64Array", index)      \
  X(int32, "int32", int32_t, "Int32Array", index)         \
  X(uint8, "uint8", uint8_t, "Uint8Array", byte)          \
  X(boolean, "bool", uint8_t, "Uint8Array", boolean)

#define BLASGRAD_DTYPE_ENUMERATOR(ID, ...) ID,
enum class DType : uint8_t { BLASGRAD_DTYPES(BLASGRAD_DTYPE_ENUMERATOR) };

enum class Kind : uint8_t { floating = 1, half = 2, index = 4, byte = 8, boolean = 16 };

// A group is a set of kinds.
using Group = uint8_t;
// Arithmetic on wide floats uses the dtype itself; arithmetic on halves uses float32.
inline constexpr Group kWide = static_cast<Group>(Kind::floating);
inline constexpr Group kHalves = static_cast<Group>(Kind::half);
inline constexpr Group kFloating = kWide | kHalves;
inline constexpr Group kIndices = static_cast<Group>(Kind::index);
inline constexpr Group kIntegers = kIndices | static_cast<Group>(Kind::byte);
inline constexpr Group kBooleans = static_cast<Group>(Kind::boolean);
inline constexpr Group kNumbers = kFloating | kIntegers;
inline constexpr Group kAll = kNumbers | kBooleans;

struct DTypeInfo {
  DType dtype;
  const char* name;
  const char* arrayClass;
  size_t bytes;
  Kind kind;

  constexpr bool in(Group group) const { return (group & static_cast<Group>(kind)) != 0; }
};

#define BLASGRAD_DTYPE_INFO(ID, NAME, C, ARRAY, KIND) \
  DTypeInfo{DType::ID, NAME, ARRAY, sizeof(C), Kind::KIND},
inline constexpr std::array kDTypeInfos = {BLASGRAD_DTYPES(BLASGRAD_DTYPE_INFO)};
inline constexpr size_t kDTypes = kDTypeInfos.size();

constexpr const DTypeInfo& InfoOf(DType dtype) { return kDTypeInfos[static_cast<size_t>(dtype)]; }

namespace dtype_internal {
template <DType kDType>
struct CTypeOf;
#define BLASGRAD_DTYPE_C(ID, NAME, C, ARRAY, KIND) \
  template <>                                      \
  struct CTypeOf<DType::ID> {                      \
    using Type = C;                                \
  };
BLASGRAD_DTYPES(BLASGRAD_DTYPE_C)
}  // namespace dtype_internal

template <DType kDType>
using CType = typename dtype_internal::CTypeOf<kDType>::Type;

constexpr bool IsHalf(DType dtype) { return InfoOf(dtype).in(kHalves); }

// The type that arithmetic on T uses.
template <class T>
using ComputeOf = decltype(Widen(T{}));
template <DType kDType>
using ComputeType = ComputeOf<CType<kDType>>;

// The unsigned integer type of this size, for ops that only move elements.
template <size_t kBytes>
using WordOfBytes = std::conditional_t<
    kBytes == 1, uint8_t,
    std::conditional_t<kBytes == 2, uint16_t, std::conditional_t<kBytes == 4, uint32_t, uint64_t>>>;
template <DType kDType>
using Word = WordOfBytes<sizeof(CType<kDType>)>;

// Calls visit.operator()<dtype>() for each dtype of a group.
template <Group kGroup, class Visit>
void EachDType(const Visit& visit) {
#define BLASGRAD_DTYPE_VISIT(ID, ...) \
  if constexpr (InfoOf(DType::ID).in(kGroup)) visit.template operator()<DType::ID>();
  BLASGRAD_DTYPES(BLASGRAD_DTYPE_VISIT)
}

}  // namespace blasgrad
