/** Indexing as with square brackets in Python: `x.index([0, slice(1), null, '...', labels])`. */
import {
  requireBoolean,
  requireInteger,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
} from '../errors';
import { broadcastShapes, numelOf, sameShape, type Shape } from '../shape';
import { requireTensor } from '../tensor';
import {
  nativeOp,
  operand,
  record,
  recordInPlace,
  requireDTypeOf,
  requireInPlace,
  Tensor,
  type Rule,
} from './define';
import type { Operand } from './binary';
import { putRows } from './gather';
import { maxIndexed, placesIn } from './nonzero';

const indexCall = nativeOp('index');

/** A range of one dimension, made by `slice`. */
export interface Slice {
  readonly start: number | null;
  readonly end: number | null;
  readonly step: number;
}

/**
 * The range `start:end:step` for Tensor.index; null or nothing for an open end, negative numbers count from the end.
 *
 * @example x.index([slice(0, 2), slice(null, null, 2)]) // x[:2, ::2]
 */
export function slice(start: number | null = null, end: number | null = null, step = 1): Slice {
  return { start, end, step };
}

/**
 * One place of Tensor.index: a whole number takes one element, a slice a range, null makes a new dimension of size 1,
 * '...' stands for all dimensions not mentioned, an int32 tensor takes the elements it lists, a bool tensor those where
 * it is true.
 */
export type Index = number | Slice | null | '...' | Tensor;

/** A tensor among the indices, and the dimensions it stands for. */
interface Advanced {
  readonly dim: number;
  readonly size: number;
  readonly span: number;
  readonly places: Tensor;
}

/** The view that numbers, slices, null and '...' describe, and what remains to be done with tensors. */
function basicPart(op: string, x: Tensor, indices: readonly unknown[]): [Tensor, Advanced[]] {
  const spans = indices.map((one) =>
    one === null || one === '...'
      ? 0
      : one instanceof Tensor && one.dtype === 'bool'
        ? one.ndim
        : 1,
  );
  const used = spans.reduce((sum, span) => sum + span, 0);
  if (used > x.ndim) {
    throw unexpected(op, `indices for ${x.ndim} dimensions`, 'indices', `ones for ${used}`);
  }
  if (indices.indexOf('...') !== indices.lastIndexOf('...')) {
    throw unexpected(op, "at most one '...'", 'indices', 'several');
  }
  const advanced: Advanced[] = [];
  let out = x;
  let dim = 0;
  indices.forEach((one, i) => {
    const name = `indices[${i}]`;
    if (one === null) {
      out = out.unsqueeze(dim++);
    } else if (one === '...') {
      dim += x.ndim - used;
    } else if (typeof one === 'number') {
      const size = out.shape[dim];
      requireInteger(op, name, one);
      if (one < -size || one >= size) {
        throw unexpected(op, `an index from ${-size} to ${size - 1}`, name, String(one));
      }
      out = out.select(dim, one);
    } else if (one instanceof Tensor) {
      const span = spans[i];
      advanced.push(advancedIndex(op, name, one, out.shape.slice(dim, dim + span), dim));
      dim += span;
    } else {
      const { start, end, step } = requireSlice(op, name, one);
      out = out.slice(dim++, start, end, step);
    }
  });
  return [out, advanced];
}

function requireSlice(op: string, name: string, value: unknown): Partial<Slice> {
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw wrongType(op, "a whole number, slice(), null, '...' or a tensor", name, value);
  }
  requireOptions(op, value, ['start', 'end', 'step']);
  return value as Partial<Slice>;
}

function advancedIndex(
  op: string,
  name: string,
  index: Tensor,
  covered: Shape,
  dim: number,
): Advanced {
  requireDTypeOf(op, name, index, 'int32', 'bool');
  const size = numelOf(covered);
  if (size > maxIndexed)
    throw unexpected(op, `at most ${maxIndexed} elements`, 'this', String(size));
  if (index.dtype === 'int32') return { dim, size, span: 1, places: index };
  if (index.ndim === 0) throw unexpected(op, 'a mask of at least one dimension', name, '[]');
  if (!sameShape(index.shape, covered)) {
    throw unexpected(op, `a mask of shape ${shapeText(covered)}`, name, shapeText(index.shape));
  }
  return { dim, size, span: index.ndim, places: placesIn(op, index) };
}

/**
 * Where tensors among the indices lead: with the dimensions of x in this `order` and the indexed ones merged into one,
 * `positions` lists the places along that one.
 */
interface Picking {
  readonly order: readonly number[];
  readonly merged: Shape;
  readonly at: number;
  readonly positions: Tensor;
  readonly result: Shape;
}

/** PyTorch's rule: the dimensions of the indices stand where theirs were if those are neighbours, else in front. */
function picking(op: string, x: Tensor, advanced: readonly Advanced[]): Picking {
  const taken = advanced.flatMap(({ dim, span }) =>
    Array.from({ length: span }, (_, i) => dim + i),
  );
  const rest = x.shape.map((_, i) => i).filter((i) => !taken.includes(i));
  // An index without dimensions takes one element, as a number does, and separates nothing.
  const listing = advanced.filter(({ places }) => places.ndim > 0).map(({ dim }) => dim);
  const first = listing.length > 0 ? listing[0] : taken[0];
  const last = listing.length > 0 ? listing[listing.length - 1] : taken[0];
  const at = rest.some((i) => i > first && i < last) ? 0 : rest.filter((i) => i < first).length;

  const shape = advanced
    .map(({ places }) => places.shape)
    .reduce((a, b) => broadcastShapes(op, a, b));
  const size = advanced.reduce((product, one) => product * one.size, 1);
  if (size > maxIndexed) {
    throw unexpected(
      op,
      `indexed dimensions of at most ${maxIndexed} elements`,
      'this',
      String(size),
    );
  }
  const places = Tensor._empty('int32', [numelOf(shape)]);
  let step = 1;
  for (let i = advanced.length - 1; i >= 0; i--) {
    const own = advanced[i].places.expand([...shape]).contiguous();
    indexCall(
      own._flat,
      places._flat,
      own.numel(),
      advanced[i].size,
      step,
      i < advanced.length - 1,
    );
    step *= advanced[i].size;
  }
  const [before, after] = [rest.slice(0, at), rest.slice(at)];
  const sizes = (dims: readonly number[]): number[] => dims.map((i) => x.shape[i]);
  return {
    order: [...before, ...taken, ...after],
    merged: [...sizes(before), size, ...sizes(after)],
    at,
    positions: places,
    result: [...sizes(before), ...shape, ...sizes(after)],
  };
}

function pick(x: Tensor, { order, merged, at, positions, result }: Picking): Tensor {
  return x.permute(order).reshape(merged).indexSelect(at, positions).reshape(result);
}

/** Writes or adds `source` (contiguous) where `pick` reads, in place and unrecorded. */
function put(x: Tensor, picked: Picking, source: Tensor, accumulate: boolean): void {
  const moved = x.detach().permute(picked.order);
  const merged = moved.reshape(picked.merged);
  const shared = merged._storage === x._storage;
  if (shared && merged._contiguous) {
    putRows(merged, picked.at, picked.positions, source, accumulate);
    return;
  }
  const copy = shared ? merged.clone() : merged;
  putRows(copy, picked.at, picked.positions, source, accumulate);
  moved.copy_(copy.reshape(moved.shape));
}

interface Put {
  readonly picked: Picking;
  readonly accumulate: boolean;
}
const putRule: Rule<Put> = {
  name: 'indexPut',
  grad: (dy, node) => {
    const { picked, accumulate } = node.attrs;
    return [
      !node.needs(0) ? null : accumulate ? dy : cleared(dy, picked),
      node.needs(1) ? pick(dy, picked) : null,
    ];
  },
};
const clearRule: Rule<Picking> = {
  name: 'indexClear',
  grad: (dy, node) => [cleared(dy, node.attrs)],
};

/** `dy` with zeros where `pick` reads. */
function cleared(dy: Tensor, picked: Picking): Tensor {
  const out = dy.detach().clone();
  put(out, picked, Tensor._empty(dy.dtype, picked.result).zero_(), false);
  return record(out, clearRule, [dy], [], picked);
}

function listOf(indices: unknown): readonly unknown[] {
  return Array.isArray(indices) ? indices : [indices];
}

function indexPut(x: Tensor, indices: unknown, value: Operand, accumulate: boolean): void {
  const op = 'indexPut_';
  const [part, advanced] = basicPart(op, x, listOf(indices));
  requireInPlace(op, part, part.shape, part.dtype);
  const given = operand(op, 'value', value, x).to(x.dtype);
  const source = given._storage === x._storage ? given.clone() : given;
  if (accumulate && x.dtype === 'bool') throw unexpected(op, 'numbers to add to', 'this', 'bool');
  const picked = advanced.length === 0 ? null : picking(op, part, advanced);
  const shape = picked === null ? part.shape : picked.result;
  if (!sameShape(broadcastShapes(op, source.shape, shape), shape)) {
    throw unexpected(
      op,
      `a shape that broadcasts to ${shapeText(shape)}`,
      'value',
      shapeText(source.shape),
    );
  }
  if (picked === null) {
    if (accumulate) part.add_(source);
    else part.copy_(source);
    return;
  }
  const wide = source.expand([...shape]).contiguous();
  put(part, picked, wide.detach(), accumulate);
  recordInPlace(part, putRule, [part, wide], [], { picked, accumulate });
}

declare module '../tensor' {
  interface Tensor {
    /**
     * Part of a tensor, as with square brackets in PyTorch: one index for each dimension from the front. A view, unless
     * there are tensors among the indices: these broadcast together, and the result is a copy.
     *
     * @example x.index([slice(0, 2), -1]) // x[:2, -1]
     * @example x.index(x.gt(0)) // x[x > 0]
     */
    index(indices: Index | readonly Index[]): Tensor;
    /**
     * Writes `value`, broadcast, where `index` with the same indices reads; adds it with `accumulate`, once for each
     * time an element is listed (torch.Tensor.index_put_). Without it the last value listed for an element stays.
     */
    indexPut_(
      indices: Index | readonly Index[],
      value: Operand,
      options?: { accumulate?: boolean },
    ): this;
    /** Elements where `mask` (bool, broadcast) holds, as a list (torch.masked_select). */
    maskedSelect(mask: Tensor): Tensor;
    /** This with the elements where `mask` (bool) holds taken from `source` in order (torch.Tensor.masked_scatter). */
    maskedScatter(mask: Tensor, source: Tensor): Tensor;
    /** Elements of this read as one list, at places `index` (int32) of any shape (torch.take). */
    take(index: Tensor): Tensor;
  }
}

Object.assign(Tensor.prototype, {
  index(this: Tensor, indices: unknown): Tensor {
    const [part, advanced] = basicPart('index', this, listOf(indices));
    return advanced.length === 0 ? part : pick(part, picking('index', part, advanced));
  },
  indexPut_(
    this: Tensor,
    indices: unknown,
    value: Operand,
    options?: { accumulate?: boolean },
  ): Tensor {
    requireOptions('indexPut_', options, ['accumulate']);
    const accumulate = requireBoolean('indexPut_', 'accumulate', options?.accumulate ?? false);
    indexPut(this, indices, value, accumulate);
    return this;
  },
  maskedSelect(this: Tensor, mask: Tensor): Tensor {
    requireDTypeOf('maskedSelect', 'mask', requireTensor('maskedSelect', 'mask', mask), 'bool');
    const shape = broadcastShapes('maskedSelect', this.shape, mask.shape);
    const wide = this.expand([...shape]);
    return wide.flatten().index(mask.expand([...shape]).flatten());
  },
  maskedScatter(this: Tensor, mask: Tensor, source: Tensor): Tensor {
    requireDTypeOf('maskedScatter', 'mask', requireTensor('maskedScatter', 'mask', mask), 'bool');
    requireDTypeOf(
      'maskedScatter',
      'source',
      requireTensor('maskedScatter', 'source', source),
      this.dtype,
    );
    const shape = broadcastShapes('maskedScatter', this.shape, mask.shape);
    const places = placesIn('maskedScatter', mask.expand([...shape]));
    const count = places.numel();
    if (source.numel() < count) {
      throw unexpected(
        'maskedScatter',
        `at least ${count} elements`,
        'source',
        String(source.numel()),
      );
    }
    const list = this.expand([...shape])
      .clone()
      .flatten();
    list.indexPut_(places, source.flatten().narrow(0, 0, count));
    return list.reshape(shape);
  },
  take(this: Tensor, index: Tensor): Tensor {
    requireDTypeOf('take', 'index', requireTensor('take', 'index', index), 'int32');
    return this.flatten().index(index);
  },
});
