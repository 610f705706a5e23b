/** The dtypes of operands: conversion of numbers, promotion, and requirements. */
import {
  defaultDType,
  floatingDTypes,
  indexDTypes,
  isFloating,
  promoteTypes,
  resultType,
  type DType,
} from '../../core/dtype';
import { unexpected, wrongType } from '../../core/errors';
import { Tensor } from '../../core/tensor';
import { scalar } from './results';

/** The other operand of an op; numbers are promoted as Python numbers are in PyTorch. */
export type Operand = Tensor | number;

/** An operand as a tensor: a number gets the dtype of `like` if that is floating; else int32 if it is an integer. */
export function operand(op: string, name: string, value: unknown, like: Tensor): Tensor {
  if (value instanceof Tensor) return value;
  if (typeof value === 'boolean') return scalar(value ? 1 : 0, 'bool');
  if (typeof value !== 'number') throw wrongType(op, 'a tensor or a number', name, value);
  if (isFloating(like.dtype)) return scalar(value, like.dtype);
  const whole = Number.isInteger(value) && Math.abs(value) <= 2147483648;
  return scalar(value, whole ? 'int32' : defaultDType);
}

/** Both operands in their common dtype (torch.result_type). */
export function promote(a: Tensor, b: Tensor): [Tensor, Tensor] {
  if (a.dtype === b.dtype) return [a, b];
  const dtype = resultType(a.dtype, a.ndim === 0, b.dtype, b.ndim === 0);
  return [a.to(dtype), b.to(dtype)];
}

/** All tensors in their common dtype. */
export function promoteAll(tensors: readonly Tensor[]): Tensor[] {
  const dtype = tensors.map((one) => one.dtype).reduce(promoteTypes);
  return tensors.map((one) => one.to(dtype));
}

/** A whole or bool tensor in the default dtype, as PyTorch does for functions with floating results. */
export function asFloating(x: Tensor): Tensor {
  return isFloating(x.dtype) ? x : x.to(defaultDType);
}

/** Throws unless the dtype is one of these. */
export function requireDTypeOf(op: string, name: string, x: Tensor, ...allowed: DType[]): void {
  if (!allowed.includes(x.dtype))
    throw unexpected(op, allowed.join(' or '), `dtype of ${name}`, x.dtype);
}

/** Throws unless the dtype is floating. */
export function requireFloating(op: string, name: string, x: Tensor): void {
  requireDTypeOf(op, name, x, ...floatingDTypes);
}

/** Throws unless the dtype is one that labels and indices may have. */
export function requireIndex(op: string, name: string, x: Tensor): void {
  requireDTypeOf(op, name, x, ...indexDTypes);
}
