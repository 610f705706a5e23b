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
import { contiguousStrides, extentOf, isContiguous, numelOf, sameShape, type Shape } from './shape';
import { allocate, isInSlab, moveToKept, Storage } from './storage';
import { receive, type TransferableTensor } from './transfer';
import { dataOf, readableMemory, requireUnusedGradient, usableMemory } from './access';

/**
 * An n-dimensional array of one dtype that can record how it was computed.
 *
 * Tensors are created by functions such as `tensor`, `zeros` and `randn`, and by ops; not by `new`.
 *
 * @see torch.Tensor
 * @example
 * const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * x.mul(x).sum().backward();
 * x.grad; // tensor([[2., 4.], [6., 8.]])
 */
export class Tensor {
  /** @internal Set here because the bundler renames classes that refer to themselves. */
  static readonly name: string = 'Tensor';
  // `declare`: initialising a field and then assigning it takes twice as long.
  /** Sizes, outermost first; `[]` for a tensor without dimensions. */
  declare readonly shape: Shape;
  /** Type of the elements, such as 'float32'. */
  declare readonly dtype: DType;
  /** @internal */ declare readonly _storage: Storage;
  /** @internal Elements from the start of the storage to the first one. */ declare readonly _offset: number;
  /** @internal */ declare readonly _contiguous: boolean;
  /** @internal Strides in elements, if the tensor is not contiguous. */
  declare readonly _layout: readonly number[] | null;
  // Private, so that assert.deepStrictEqual and Jest's toEqual treat tensors with the same elements as equal.
  #node: Node | null = null;
  #hooks: Hook[] | null = null;
  #viewOf: ViewLink | null = null;
  #strides: readonly number[] | null;
  #leafRequiresGrad = false;
  #gradient: Tensor | null = null;
  /** Memory of a gradient that users have not read. After the gradient is cleared, the next backward reuses it. */
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

  /** @internal The node that produced the tensor. */
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

  /** @internal A new tensor whose elements an op will write. */
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
    const extent = this._contiguous ? this.numel() : extentOf(this.shape, this._strides);
    this.#flatView =
      this._offset === 0 && array.length === extent
        ? array
        : array.subarray(this._offset, this._offset + extent);
    return this.#flatView;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /**
   * Counts the elements.
   *
   * @returns the product of the sizes; 1 for a tensor without dimensions
   * @see torch.numel
   * @example zeros(2, 3).numel() // 6
   */
  numel(): number {
    requireArity('numel', arguments.length, 0);
    return numelOf(this.shape);
  }

  // --- Values -------------------------------------------------------------------------------------------------------

  /**
   * The value of a tensor with one element, as a number; 0 or 1 for bool.
   *
   * An int64 of 2^53 or more is a bigint, because a number would be inexact. The TypeScript type is number; if a
   * bigint can occur, write `item<number | bigint>()`.
   *
   * @returns a number, or a bigint
   * @throws RangeError if the tensor has more or fewer elements
   * @see torch.Tensor.item
   * @example tensor([2, 3]).sum().item() // 5
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a caller's assertion
  item<T extends number | bigint = number>(): T {
    requireArity('item', arguments.length, 0);
    if (this.numel() !== 1)
      throw unexpected('item', 'a tensor of one element', 'this', shapeText(this.shape));
    return readElement(this.dtype, readableMemory('item', this), this._offset) as T;
  }

  /**
   * The elements in order, as a typed array. For a contiguous tensor it is the tensor's own memory: writing to it
   * changes the tensor, and autograd does not notice. For other tensors it is a copy.
   *
   * int64 gives a BigInt64Array. bfloat16 gives a Uint16Array of bits. float16 gives a Float16Array if the runtime
   * has that class (Node 24 and later), else a Uint16Array of bits. `toArray()` and `to('float32').data` give
   * numbers.
   */
  get data(): TypedArray {
    return dataOf(this);
  }

  /**
   * Makes a tensor from what `toTransferable` returned, in this thread or another one, without a copy.
   *
   * @param value the object that `toTransferable` returned, or a structured clone of it
   * @returns a tensor over the same memory
   * @throws TypeError or RangeError if the dtype, the shape and the data do not fit together
   * @example Tensor.from(tensor([1, 2]).toTransferable()) // tensor([1., 2.])
   */
  static from(value: TransferableTensor): Tensor {
    requireArity('Tensor.from', arguments.length, 1);
    if (value instanceof Tensor) {
      throw wrongType('Tensor.from', 'the result of toTransferable', 'value', value);
    }
    const { storage, shape, requiresGrad } = receive(value);
    return new Tensor(storage, shape).requiresGrad_(requiresGrad);
  }

  // --- Gradients ----------------------------------------------------------------------------------------------------

  /**
   * Whether gradients are computed for this tensor: it is a leaf that requires them, or a result of one. Only
   * floating dtypes can require gradients.
   */
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

  /**
   * Sets `requiresGrad`.
   *
   * @param value whether gradients are computed for this tensor; default true
   * @returns this tensor
   * @throws RangeError for integer and bool tensors; Error for false on the result of an op
   * @see torch.Tensor.requires_grad_
   * @example ones(2).requiresGrad_().requiresGrad // true
   */
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

  /** The gradient that `backward` stored, or null. Assign null to clear it. */
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

  /** @internal `grad`, for callers that do not keep a reference. */
  get _grad(): Tensor | null {
    if (capture !== null) capture.readGrad(this, this.#gradient);
    return this.#gradient;
  }

  /** @internal Sets `grad` after a compiled step. */
  _assignGrad(gradient: Tensor | null): void {
    this.#unseenGradient = null;
    this.#gradient = gradient;
  }

  /** @internal Makes `gradient`, to which nothing else refers, this tensor's `grad`. */
  _adoptGrad(gradient: Tensor): void {
    this.grad = gradient;
    const reusable = capture === null && !isInSlab(gradient._storage);
    if (reusable) this.#unseenGradient = gradient._storage;
  }

  /**
   * @internal Memory for the next gradient, if the last one was cleared and users have not read it. Writing to the
   * memory of the last step takes a tenth of the time of new memory, which is in no cache (200 KB: 4 us instead of
   * 40 us).
   */
  _spareGrad(): Tensor | null {
    const spare = this.#unseenGradient;
    if (spare === null || this.#gradient !== null || capture !== null) return null;
    this.#unseenGradient = null;
    const fits = spare.array.length === this.numel();
    return fits ? new Tensor(new Storage(this.dtype, spare.array), this.shape) : null;
  }

  /**
   * A tensor over the same memory that is not connected to the graph.
   *
   * @returns a tensor that does not require gradients
   * @see torch.Tensor.detach
   * @example ones(2, { requiresGrad: true }).detach().requiresGrad // false
   */
  detach(): Tensor {
    requireArity('detach', arguments.length, 0);
    Tensor.#requireGenuine(this);
    return new Tensor(moveToKept(this._storage), this.shape, this.#strides, this._offset);
  }

  /** @internal A view of the same memory, which is not recorded. */
  _view(shape: Shape, strides: readonly number[] | null, offset = this._offset): Tensor {
    Tensor.#requireGenuine(this);
    return new Tensor(this._storage, shape, strides, offset);
  }

  /** Throws for an object that only has the prototype, because its view would be a tensor without memory. */
  static #requireGenuine(tensor: Tensor): void {
    if (!(#node in tensor)) throw wrongType('tensor', 'a tensor', 'this', tensor);
  }
}
Object.defineProperty(Tensor.prototype, ofThisCopy, { value: true });

/** Returns a tensor argument; throws for other values. */
export function requireTensor(op: string, name: string, value: unknown): Tensor {
  if (!(value instanceof Tensor)) throw wrongType(op, 'a tensor', name, value);
  return value;
}
