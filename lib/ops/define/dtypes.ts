/** The dtypes of operands: conversion of numbers, promotion, and requirements. */
import { calledAs } from '../../core/caller';
import {
  defaultDType,
  floatingDTypes,
  indexDTypes,
  isFloating,
  isInteger,
  numberDTypes,
  promoteTypes,
  rangeOf,
  requireDType,
  resultType,
  type DType,
} from '../../core/dtype';
import { requireElement, type Element } from '../../core/element';
import { unexpected, wrongType } from '../../core/errors';
import { Tensor } from '../../core/tensor';
import { unsupportedDType } from './ops';
import { scalar } from './results';

/** The other operand of an op; numbers and bigints are promoted as Python numbers are in PyTorch. */
export type Operand = Tensor | number | bigint;

/** An operand as a tensor: see `scalarDType`. RangeError for an integer that the dtype does not hold. */
export function operand(op: string, name: string, value: unknown, like: Tensor): Tensor {
  if (value instanceof Tensor) {
    if (!value._isNumber || value.dtype === like.dtype) return value;
    if (isFloating(like.dtype)) return value.to(like.dtype);
    return operand(op, name, value.item(), like); // the value decides the dtype
  }
  if (typeof value === 'boolean') return scalar(value ? 1 : 0, 'bool');
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw wrongType(op, 'a tensor or a number', name, value);
  }
  const dtype = scalarDType(value, like.dtype);
  return scalar(requireElement(op, name, dtype, value), dtype);
}

/**
 * The dtype of a number next to a tensor: that of the tensor, unless the number is of a higher category. A number with a
 * fraction has the default dtype; an integer next to bool is int32, or int64 where int32 does not hold it; a bigint int64.
 */
export function scalarDType(value: Element, like: DType): DType {
  if (isFloating(like)) return like;
  if (typeof value === 'number' && !Number.isInteger(value)) return defaultDType;
  if (isInteger(like)) return like;
  return typeof value === 'number' && value === (value | 0) ? 'int32' : 'int64';
}

/** Whether a number is whole, but not one that the integer dtype of a tensor holds. */
export function exceeds(value: unknown, dtype: DType): value is Element {
  if (!isInteger(dtype) || (typeof value !== 'bigint' && !Number.isInteger(value))) return false;
  const [least, largest] = rangeOf(dtype);
  return dtype !== 'int64' && !((value as Element) >= least && (value as Element) <= largest);
}

/** Both operands in their common dtype (torch.result_type). */
export function promote(a: Tensor, b: Tensor): [Tensor, Tensor] {
  if (a.dtype === b.dtype) return [a, b];
  if (a._isNumber) return [operand('promote', 'this', a, b), b];
  const dtype = resultType(a.dtype, a.ndim === 0, b.dtype, b.ndim === 0);
  return [a.to(dtype), b.to(dtype)];
}

/** The common dtype of tensors, whether or not they have dimensions. */
function commonDType(tensors: readonly Tensor[]): DType {
  return tensors.map((one) => one.dtype).reduce(promoteTypes);
}

/** Any number of operands in their common dtype (torch.result_type): see `resultType`. */
export function promoteOperands(operands: readonly Tensor[]): Tensor[] {
  const single = operands.filter((one) => one.ndim === 0);
  const others = operands.filter((one) => one.ndim > 0);
  const dtype =
    single.length === 0 || others.length === 0
      ? commonDType(operands)
      : resultType(commonDType(others), false, commonDType(single), true);
  return operands.map((one) => one.to(dtype));
}

/** All tensors in their common dtype, whether or not they have dimensions. */
export function promoteAll(tensors: readonly Tensor[]): Tensor[] {
  const dtype = commonDType(tensors);
  return tensors.map((one) => one.to(dtype));
}

/** A tensor in the dtype that an option of `op` names, if it names one. */
export function inDType(op: string, x: Tensor, dtype: DType | undefined): Tensor {
  return dtype === undefined ? x : calledAs(op, () => x.to(requireDType(op, dtype)));
}

/** An integer or bool tensor in the default dtype, as PyTorch does for functions with floating results. */
export function asFloating(x: Tensor): Tensor {
  return isFloating(x.dtype) ? x : x.to(defaultDType);
}

/** Throws unless the dtype is one of these. */
export function requireDTypeOf(op: string, name: string, x: Tensor, ...allowed: DType[]): void {
  if (!allowed.includes(x.dtype)) {
    throw unsupportedDType(op, `dtype of ${name}`, allowed, x.dtype);
  }
}

/** Throws unless the input of a layer has the dtype of the layer's weight; the input is what users have to convert. */
export function requireDTypeOfWeight(op: string, name: string, x: Tensor, weight: Tensor): void {
  if (x.dtype === weight.dtype) return;
  const what = `dtype ${weight.dtype}, which weight has,`;
  throw unexpected(op, what, name, `${x.dtype}; convert it with .to('${weight.dtype}')`);
}

/** Throws for bool. */
export function requireNumbers(op: string, name: string, x: Tensor): void {
  requireDTypeOf(op, name, x, ...numberDTypes);
}

/** Throws unless the dtype is floating. */
export function requireFloating(op: string, name: string, x: Tensor): void {
  requireDTypeOf(op, name, x, ...floatingDTypes);
}

/** Throws unless the dtype is one that labels and indices may have. */
export function requireIndex(op: string, name: string, x: Tensor): void {
  requireDTypeOf(op, name, x, ...indexDTypes);
}

/** Throws for a negative number as the exponent of integers; a tensor of exponents gives 1, -1 or 0, as in PyTorch. */
export function requireExponent(op: string, x: Tensor, exponent: unknown): void {
  if (typeof exponent !== 'number' && typeof exponent !== 'bigint') return;
  if (exponent >= 0 || isFloating(x.dtype)) return;
  if (typeof exponent === 'number' && !Number.isInteger(exponent)) return; // the result is floating
  throw unexpected(op, `an exponent of at least 0 of ${x.dtype}`, 'other', String(exponent));
}
