/** Random numbers for transforms, from the generator of `manualSeed` or from that of the sample that a loader reads. */
import { Tensor } from '../../core/tensor';

/** Uniformly distributed numbers in [0, 1). */
export function uniformNumbers(count: number): Float64Array {
  return Tensor._empty('float64', [count]).uniform_().data as Float64Array;
}

/** A number from `low` to `high`. */
export function between(number: number, [low, high]: readonly [number, number]): number {
  return low + number * (high - low);
}

/** An integer from 0 to `count` - 1. */
export function integerBelow(number: number, count: number): number {
  return Math.floor(number * count);
}

/** 0 to 3 in random order (Fisher and Yates), from three numbers. */
export function permutationOf4(numbers: Float64Array): number[] {
  const order = [0, 1, 2, 3];
  for (let i = 3; i > 0; i--) {
    const j = integerBelow(numbers[3 - i], i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Python's round: halves go to the even number. */
export function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  return value - low === 0.5 ? low + (low % 2) : Math.round(value);
}
