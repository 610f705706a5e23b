/**
 * The tensor: memory, shape, and its place in the graph. Methods are added where they are implemented: ops in lib/ops,
 * backward in lib/autograd, printing in print.ts.
 */
import { calledAs } from './caller';
import { capture, countChange } from './capture';
import { isFloating, type DType, type TypedArray } from './dtype';
import { readElement } from './element';
import {
  ofThisCopy,
  requireArity,
  requireBoolean,
  shapeText,
  unexpected,
  wrongType,
} from './errors';
import { refreshView, type ViewLink } from './inPlace';
import { gradFnName, type Hook, type Node } from './node';
import {
  contiguousStrides,
  isContiguous,
  normalizeDim,
  numelOf,
  sameShape,
  type Shape,
} from './shape';
import { allocate, isInSlab, moveToKept, Storage } from './storage';
import { receive, type TransferableTensor } from './transfer';
import { memoryInOrder, readableMemory, requireUnusedGradient, usableMemory } from './access';

/** JavaScript's class of half-precision numbers, which Node has from version 24 on. */
const float16Array = Reflect.get(globalThis, 'Float16Array') as
  (new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray) | undefined;

/**
 * An n-dimensional array of one dtype that can record how it was computed.
 *
 * Made by `tensor`, `zeros`, `randn` and their like, and by ops; not by `new`.
 */
export class Tensor {
  /** @internal The bundler renames classes that mention themselves. */
  static readonly name: string = 'Tensor';
  // `declare`: a field that is defined and then assigned takes twice as long to make.
  /** Sizes, outermost first; `[]` for a single number. */
  declare readonly shape: Shape;
  /** Element type, such as float32: see DType. */
  declare readonly dtype: DType;
  /** @internal */ declare readonly _storage: Storage;
  /** @internal Elements from the start of the storage to the first one. */ declare readonly _offset: number;
  /** @internal */ declare readonly _contiguous: boolean;
  /** @internal Strides in elements, if the tensor is not contiguous. */
  declare readonly _layout: readonly number[] | null;
  // Private, so that tensors with the same elements are equal to assert.deepStrictEqual and Jest's toEqual.
  #node: Node | null = null;
  #hooks: Hook[] | null = null;
  #viewOf: ViewLink | null = null;
  #strides: readonly number[] | null;
  #leafRequiresGrad = false;
  #gradient: Tensor | null = null;
  /** Memory of a gradient that was not handed out: once it is cleared, the next backward writes there. */
  #unseenGradient: Storage | null = null;
  #flatView: TypedArray | null = null;
  #flatSource: TypedArray | null = null;

  /** @internal */
  constructor(
    storage: Storage,
    shape: Shape,
    strides: readonly number[] | null = null,
    offset = 0,
  ) {
    this._storage = storage;
    this.dtype = storage.dtype;
    this.shape = shape;
    this._offset = offset;
    this._contiguous = strides === null || isContiguous(shape, strides);
    this._layout = this._contiguous ? null : strides;
    this.#strides = strides;
  }

  /** @internal What made the tensor. */
  get _node(): Node | null {
    return this.#node;
  }

  /** @internal */
  set _node(node: Node | null) {
    this.#node = node;
  }

  /** @internal */
  get _hooks(): Hook[] | null {
    return this.#hooks;
  }

  /** @internal */
  set _hooks(hooks: Hook[] | null) {
    this.#hooks = hooks;
  }

  /** @internal */
  get _viewOf(): ViewLink | null {
    return this.#viewOf;
  }

  /** @internal */
  set _viewOf(link: ViewLink | null) {
    this.#viewOf = link;
  }

  /** @internal Objects that only have the prototype, and proxies of tensors, are not tensors. */
  static [Symbol.hasInstance](value: unknown): boolean {
    if (this !== Tensor) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === 'object' && value !== null && #node in value;
  }

  /** @internal A new tensor for an op to fill. */
  static _empty(dtype: DType, shape: Shape): Tensor {
    return new Tensor(new Storage(dtype, allocate(dtype, numelOf(shape))), shape);
  }

  /** @internal Strides in elements. */
  get _strides(): readonly number[] {
    return (this.#strides ??= contiguousStrides(this.shape));
  }

  /** @internal The memory from the first element to the last one, for native calls. */
  get _flat(): TypedArray {
    if (capture !== null) capture.use(this._storage);
    const array = this._storage.array;
    if (this.#flatView !== null && this.#flatSource === array) return this.#flatView;
    this.#flatSource = usableMemory('tensor', this);
    const extent = this._extent();
    this.#flatView =
      this._offset === 0 && array.length === extent
        ? array
        : array.subarray(this._offset, this._offset + extent);
    return this.#flatView;
  }

  private _extent(): number {
    if (this._contiguous) return this.numel();
    let last = 0;
    for (let i = 0; i < this.shape.length; i++) {
      if (this.shape[i] === 0) return 0;
      last += (this.shape[i] - 1) * this._strides[i];
    }
    return last + 1;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  numel(): number {
    requireArity('numel', arguments.length, 0);
    return numelOf(this.shape);
  }

  /** The shape, or its size along `dim` (torch.Tensor.size). */
  size(): Shape;
  size(dim: number): number;
  size(dim?: number): Shape | number {
    requireArity('size', arguments.length, 1);
    return dim === undefined ? this.shape : this.shape[normalizeDim('size', dim, this.ndim)];
  }

  /** Whether the elements lie in memory in order and without gaps. */
  isContiguous(): boolean {
    requireArity('isContiguous', arguments.length, 0);
    return this._contiguous;
  }

  // --- Values -------------------------------------------------------------------------------------------------------

  /**
   * The value of a tensor with one element, as a number (0 or 1 for bool).
   *
   * An int64 of 2^53 or more is a bigint, because a number would be inexact. The TypeScript type is number; if a bigint can
   * occur, write `item<number | bigint>()`.
   *
   * @throws RangeError if the tensor has more or fewer elements
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a caller's assertion
  item<T extends number | bigint = number>(): T {
    requireArity('item', arguments.length, 0);
    if (this.numel() !== 1)
      throw unexpected('item', 'a tensor of one element', 'this', shapeText(this.shape));
    return readElement(this.dtype, readableMemory('item', this), this._offset) as T;
  }

  /**
   * The elements in order, as a typed array. For a contiguous tensor it is the tensor's own memory: writing to it changes the
   * tensor, and autograd does not notice. For other tensors it is a copy.
   *
   * int64 gives a BigInt64Array. bfloat16 gives a Uint16Array of bits. float16 gives a Float16Array if the runtime has that
   * class (Node 24 and later), else a Uint16Array of bits. `toArray()` and `to('float32').data` give numbers.
   */
  get data(): TypedArray {
    const memory = memoryInOrder(this);
    return this.dtype === 'float16' && float16Array !== undefined
      ? new float16Array(memory.buffer, memory.byteOffset, memory.length)
      : memory;
  }

  /**
   * A tensor of what `toTransferable` returned, in this thread or another one, without a copy.
   *
   * @throws TypeError or RangeError if the dtype, the shape and the data do not fit together
   */
  static from(value: TransferableTensor): Tensor {
    requireArity('Tensor.from', arguments.length, 1);
    if (value instanceof Tensor) {
      throw wrongType('Tensor.from', 'what toTransferable returns', 'value', value);
    }
    const { storage, shape, requiresGrad } = receive(value);
    return new Tensor(storage, shape).requiresGrad_(requiresGrad);
  }

  // --- Gradients ----------------------------------------------------------------------------------------------------

  /** Whether gradients flow to this tensor: a leaf that requires them, or a result of one. */
  get requiresGrad(): boolean {
    if (this.#viewOf !== null) refreshView(this, this.#viewOf);
    if (capture !== null && this.#node === null) {
      capture.readRequiresGrad(this, this.#leafRequiresGrad);
    }
    return this.#leafRequiresGrad || this.#node !== null;
  }

  set requiresGrad(value: boolean) {
    requireBoolean('requiresGrad', 'requiresGrad', value);
    if (value && !isFloating(this.dtype)) {
      throw unexpected('requiresGrad', 'a floating dtype', 'this', this.dtype);
    }
    if (!value && this.#node !== null) {
      throw new Error(
        'requiresGrad: expected a leaf tensor, got the result of an op; use detach()',
      );
    }
    if (this.#leafRequiresGrad !== value) countChange();
    if (this.#node === null) this.#leafRequiresGrad = value;
    if (!value) this.#unseenGradient = null;
  }

  /** Sets `requiresGrad` and returns the tensor (torch.Tensor.requires_grad_). */
  requiresGrad_(value = true): this {
    requireArity('requiresGrad_', arguments.length, 1);
    calledAs('requiresGrad_', () => {
      this.requiresGrad = value;
    });
    return this;
  }

  /** Whether no recorded op made this tensor. */
  get isLeaf(): boolean {
    return !this.requiresGrad || this.#node === null;
  }

  /** The op that made this tensor, or null for a leaf. */
  get gradFn(): {
    /** The op and 'Backward': `AddBackward` for `add`. */
    readonly name: string;
  } | null {
    return this.#node === null ? null : { name: gradFnName(this.#node) };
  }

  /** The gradient that `backward` left here, or null. Assign null to clear it. */
  get grad(): Tensor | null {
    this.#unseenGradient = null;
    return this._grad;
  }

  set grad(value: Tensor | null) {
    if (value !== null) {
      if (!(value instanceof Tensor)) throw wrongType('grad', 'a tensor or null', 'grad', value);
      if (!sameShape(value.shape, this.shape) || value.dtype !== this.dtype) {
        const what = `a ${this.dtype} tensor of shape ${shapeText(this.shape)}`;
        throw unexpected(
          'grad',
          what,
          'grad',
          `a ${value.dtype} tensor of shape ${shapeText(value.shape)}`,
        );
      }
    }
    if (value !== null) this.#unseenGradient = null;
    requireUnusedGradient('grad', this);
    if (capture !== null) capture.wroteGrad(this);
    this.#gradient = value;
  }

  /** @internal `grad`, for callers that do not keep it. */
  get _grad(): Tensor | null {
    if (capture !== null) capture.readGrad(this, this.#gradient);
    return this.#gradient;
  }

  /** @internal Sets `grad` after a compiled step. */
  _leaveGrad(gradient: Tensor | null): void {
    this.#unseenGradient = null;
    this.#gradient = gradient;
  }

  /** @internal Makes `gradient`, which nothing else refers to, this tensor's `grad`. */
  _adoptGrad(gradient: Tensor): void {
    this.grad = gradient;
    const reusable = capture === null && !isInSlab(gradient._storage);
    if (reusable) this.#unseenGradient = gradient._storage;
  }

  /**
   * @internal Memory for the next gradient, if the last one was cleared and never handed out: writing where the last step
   * wrote costs a tenth of writing to new memory, which is in no cache (200 KB: 4 us and 40 us).
   */
  _spareGrad(): Tensor | null {
    const spare = this.#unseenGradient;
    if (spare === null || this.#gradient !== null || capture !== null) return null;
    this.#unseenGradient = null;
    const fits = spare.array.length === this.numel();
    return fits ? new Tensor(new Storage(this.dtype, spare.array), this.shape) : null;
  }

  /** The same memory outside the graph. */
  detach(): Tensor {
    requireArity('detach', arguments.length, 0);
    Tensor.#requireGenuine(this);
    return new Tensor(moveToKept(this._storage), this.shape, this.#strides, this._offset);
  }

  /** @internal A view of the same memory; not recorded. */
  _view(shape: Shape, strides: readonly number[] | null, offset = this._offset): Tensor {
    Tensor.#requireGenuine(this);
    return new Tensor(this._storage, shape, strides, offset);
  }

  /** A view of an object that only has the prototype would be a tensor without memory. */
  static #requireGenuine(tensor: Tensor): void {
    if (!(#node in tensor)) throw wrongType('tensor', 'a tensor', 'this', tensor);
  }
}
Object.defineProperty(Tensor.prototype, ofThisCopy, { value: true });

/** A tensor argument, else an error. */
export function requireTensor(op: string, name: string, value: unknown): Tensor {
  if (!(value instanceof Tensor)) throw wrongType(op, 'a tensor', name, value);
  return value;
}
