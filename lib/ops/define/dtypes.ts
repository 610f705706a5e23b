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

/** The other operand of an op; numbers and bigints are promoted as PyTorch promotes Python numbers. */
export type Operand = Tensor | number | bigint;

/** An operand as a tensor: see `scalarDType`. RangeError for an integer out of the dtype's range. */
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
 * The dtype of a number that is combined with a tensor: the tensor's, unless the number has a higher category. A
 * number with a fraction gets the default dtype; an integer with bool gets int32, or int64 if out of int32's range;
 * a bigint gets int64.
 */
export function scalarDType(value: Element, like: DType): DType {
  if (isFloating(like)) return like;
  if (typeof value === 'number' && !Number.isInteger(value)) return defaultDType;
  if (isInteger(like)) return like;
  return typeof value === 'number' && value === (value | 0) ? 'int32' : 'int64';
}

/** Whether a number is an integer out of the range of the tensor's integer dtype. */
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

/** The common dtype of tensors, where tensors without dimensions count like others. */
function commonDType(tensors: readonly Tensor[]): DType {
  return tensors.map((tensor) => tensor.dtype).reduce(promoteTypes);
}

/** Any number of operands in their common dtype (torch.result_type): see `resultType`. */
export function promoteOperands(operands: readonly Tensor[]): Tensor[] {
  const single = operands.filter((tensor) => tensor.ndim === 0);
  const others = operands.filter((tensor) => tensor.ndim > 0);
  const dtype =
    single.length === 0 || others.length === 0
      ? commonDType(operands)
      : resultType(commonDType(others), false, commonDType(single), true);
  return operands.map((tensor) => tensor.to(dtype));
}

/** All tensors in their common dtype, where tensors without dimensions count like others. */
export function promoteAll(tensors: readonly Tensor[]): Tensor[] {
  const dtype = commonDType(tensors);
  return tensors.map((tensor) => tensor.to(dtype));
}

/** The tensor in the dtype that an option of `op` gives, if any. */
export function inDType(op: string, x: Tensor, dtype: DType | undefined): Tensor {
  return dtype === undefined ? x : calledAs(op, () => x.to(requireDType(op, dtype)));
}

/** An integer or bool tensor converted to the default dtype, as PyTorch does for functions with floating results. */
export function asFloating(x: Tensor): Tensor {
  return isFloating(x.dtype) ? x : x.to(defaultDType);
}

/** Throws unless the dtype is one of these. */
export function requireDTypeOf(op: string, name: string, x: Tensor, ...allowed: DType[]): void {
  if (!allowed.includes(x.dtype)) {
    throw unsupportedDType(op, `dtype of ${name}`, allowed, x.dtype);
  }
}

/**
 * Throws unless the input of a layer has the dtype of the layer's weight; the message tells users to convert the
 * input.
 */
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

/** Throws unless labels and indices may have the dtype. */
export function requireIndex(op: string, name: string, x: Tensor): void {
  requireDTypeOf(op, name, x, ...indexDTypes);
}

/** Throws for a negative exponent number of integers; a tensor of exponents gives 1, -1 or 0, as in PyTorch. */
export function requireExponent(op: string, x: Tensor, exponent: unknown): void {
  if (typeof exponent !== 'number' && typeof exponent !== 'bigint') return;
  if (exponent >= 0 || isFloating(x.dtype)) return;
  if (typeof exponent === 'number' && !Number.isInteger(exponent)) return; // the result is floating
  throw unexpected(op, `an exponent of at least 0 of ${x.dtype}`, 'other', String(exponent));
}
