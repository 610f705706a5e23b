/** Multilayer perceptrons for tables. */
import {
  describe,
  isOptions,
  requireArity,
  requireBoolean,
  requireInRange,
  requireInteger,
  requireList,
  requireMethodArity,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
} from '../../core/errors';
import type { DType } from '../../core/dtype';
import { requireTensor, type Tensor } from '../../core/tensor';
import { cat } from '../../ops/shape/join';
import { relu } from '../../functional';
import { normal_ } from '../init';
import { Module } from '../module/module';
import { ModuleList } from './containers';
import { BatchNorm1d } from './batchNorm';
import { Dropout } from './dropout';
import { Embedding } from './embedding';
import { Linear } from './linear';

/** A fitted transformer, such as a `data.ColumnTransformer`. */
export interface TabularTransformer {
  /**
   * The names of the columns of its result.
   *
   * @returns a name for each column
   */
  outputNames(): string[];
  /** @internal For each of these columns, how many codes it has, or null if it has numbers. */
  _codeCounts(op: string): (number | null)[];
}

/** The columns of a table by kind: numeric ones first. */
export interface TabularCounts {
  /** How many columns have numbers. */
  readonly numeric: number;
  /** The number of categories of each further column; default none. */
  readonly categories?: readonly number[];
}

/**
 * The columns of the input of a TabularMLP: those of a fitted transformer; counts, numeric columns first; or an array
 * with the number of categories of each column, null for numeric ones.
 */
export type TabularInputs = TabularTransformer | TabularCounts | readonly (number | null)[];

/** Options of `nn.TabularMLP`. */
export interface TabularMLPOptions {
  /** Number of outputs: classes, or numbers to predict. */
  out: number;
  /** Sizes of the hidden layers; default [64, 64]. */
  hidden?: readonly number[];
  /** Probability of dropout after each hidden layer; default 0. */
  dropout?: number;
  /** Whether each hidden layer has batch normalisation after its ReLU; default false. */
  batchNorm?: boolean;
  /** Size of the embedding of each column of categories; default: by the rule of the class. */
  embeddingDims?: readonly number[];
  /** Dtype of the parameters; default 'float32'. */
  dtype?: DType;
}

/** What a TabularMLP is built from: `columns`, and options. */
export interface TabularMLPConfig extends Required<Omit<TabularMLPOptions, 'dtype'>> {
  /** The number of categories of each input column, null for numeric ones. */
  readonly columns: readonly (number | null)[];
}

/** Neighbouring numeric columns, or one column of categories. */
interface Group {
  readonly start: number;
  readonly length: number;
  readonly embedding: number | null;
}

const op = 'TabularMLP';
const known = ['out', 'hidden', 'dropout', 'batchNorm', 'embeddingDims', 'dtype'];

/**
 * A multilayer perceptron for the rows of a table: numeric columns as they are, an embedding for each column of
 * categories, hidden layers with ReLU and dropout, and a linear output layer.
 *
 * The input is the result of a transformer: columns of a `data.OrdinalEncoder` hold codes of categories, all others
 * numbers. An embedding of n categories has min(600, round(1.6 n^0.56)) numbers, which start near 0. With `batchNorm`,
 * each hidden layer normalizes its results over the batch.
 *
 * Shape: (N, columns) -> (N, out)
 *
 * @see fastai.tabular.model.TabularModel; Guo and Berkhahn 2016, Entity Embeddings of Categorical Variables
 * @example
 * const model = new nn.TabularMLP({ numeric: 2, categories: [3] }, { out: 1, hidden: [16] });
 * model.forward(tensor([[0.5, -1, 2]])).shape // [ 1, 1 ]
 */
export class TabularMLP extends Module {
  /** The embeddings of the columns of categories, in their order. */
  readonly embeddings: ModuleList<Embedding>;
  /** The hidden layers. */
  readonly hidden: ModuleList<Linear>;
  /** Batch normalisation after each hidden layer; null without `batchNorm`. */
  readonly norms: ModuleList<BatchNorm1d> | null;
  /** Dropout after each hidden layer. */
  readonly dropout: Dropout;
  /** The output layer. */
  readonly output: Linear;
  readonly #columns: readonly (number | null)[];
  readonly #groups: readonly Group[];

  /**
   * Creates the layers and initializes their parameters.
   *
   * @param inputs a fitted transformer, or the columns of the input
   * @param options.out number of outputs
   * @param options.hidden sizes of the hidden layers; default [64, 64]
   * @param options.dropout probability of dropout after each hidden layer; default 0
   * @param options.batchNorm whether hidden layers have batch normalisation; default false
   * @param options.embeddingDims size of each embedding; default: by the number of categories
   * @param options.dtype dtype of the parameters; default 'float32'
   * @throws RangeError if a size is out of range, or an encoder of the transformer makes codes that are no indices
   */
  constructor(inputs: TabularInputs, options: TabularMLPOptions) {
    requireArity(op, arguments.length, 2);
    super();
    if (!isOptions(options)) throw wrongType(op, 'an object with out', 'options', options);
    requireOptions(op, options, known);
    const { dropout = 0, dtype = 'float32' } = options;
    const normalizes = requireBoolean(op, 'batchNorm', options.batchNorm ?? false);
    const out = requireInteger(op, 'out', options.out, 1);
    const hidden = requireSizes('hidden', options.hidden ?? [64, 64]);
    requireInRange(op, 'dropout', dropout, 0, 1);
    const columns = columnsOf(inputs);
    const counts = columns.filter((count) => count !== null);
    const dims = requireSizes('embeddingDims', options.embeddingDims ?? counts.map(defaultDim));
    if (dims.length !== counts.length) {
      throw unexpected(op, `${counts.length} sizes`, 'embeddingDims', String(dims.length));
    }
    this.embeddings = new ModuleList(counts.map((n, i) => new Embedding(n, dims[i], { dtype })));
    // As fastai: a category that the training rows lack has hardly an effect.
    for (const { weight } of this.embeddings) normal_(weight, 0, 0.01);
    const width = columns.length - counts.length + dims.reduce((sum, dim) => sum + dim, 0);
    const sizes = [width, ...hidden];
    this.hidden = new ModuleList(hidden.map((n, i) => new Linear(sizes[i], n, { dtype })));
    this.norms = normalizes
      ? new ModuleList(hidden.map((n) => new BatchNorm1d(n, { dtype })))
      : null;
    this.dropout = new Dropout(dropout);
    this.output = new Linear(sizes[hidden.length], out, { dtype });
    this.#columns = columns;
    this.#groups = groupsOf(columns);
  }

  /**
   * What the model is built from, as JSON: `const { columns, ...options } = model.config()` are the arguments for
   * another one. `io.saveModel` saves it.
   *
   * @returns columns and options
   */
  config(): TabularMLPConfig {
    requireMethodArity(this, 'config', arguments.length, 0);
    return {
      columns: [...this.#columns],
      out: this.output.outFeatures,
      hidden: [...this.hidden].map(({ outFeatures }) => outFeatures),
      dropout: this.dropout.p,
      batchNorm: this.norms !== null,
      embeddingDims: [...this.embeddings].map(({ embeddingDim }) => embeddingDim),
    };
  }

  /**
   * Computes the outputs of rows.
   *
   * @param input (N, columns): numbers, and codes from 0 on in the columns of categories
   * @returns (N, out)
   * @throws RangeError if the shape does not fit, or a code is not below the number of categories
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { shape } = requireTensor('TabularMLP.forward', 'input', input);
    if (shape.length !== 2 || shape[1] !== this.#columns.length) {
      const what = `a shape (N, ${this.#columns.length})`;
      throw unexpected('TabularMLP.forward', what, 'input', shapeText(shape));
    }
    let x = this.#embed(input);
    [...this.hidden].forEach((layer, i) => {
      const y = relu(layer.forward(x));
      x = this.dropout.forward(this.norms === null ? y : this.norms[i].forward(y));
    });
    return this.output.forward(x);
  }

  #embed(input: Tensor): Tensor {
    if (this.embeddings.length === 0) return input;
    const pieces = this.#groups.map(({ start, length, embedding }) =>
      embedding === null
        ? input.narrow(1, start, length)
        : this.embeddings[embedding].forward(input.select(1, start).to('int32')),
    );
    return pieces.length === 1 ? pieces[0] : cat(pieces, 1);
  }
}

function defaultDim(count: number): number {
  return Math.min(600, Math.round(1.6 * count ** 0.56));
}

function requireSizes(name: string, value: unknown): number[] {
  return requireList(op, 'an array of sizes', name, value).map((size, i) =>
    requireInteger(op, `${name}[${i}]`, size, 1),
  );
}

function columnsOf(inputs: unknown): (number | null)[] {
  const columns = listOf(inputs);
  if (columns.length === 0) throw unexpected(op, 'at least one column', 'inputs', 'none');
  return columns;
}

function listOf(inputs: unknown): (number | null)[] {
  if (Array.isArray(inputs)) {
    return requireList(op, 'an array', 'inputs', inputs).map((count, i) =>
      count === null ? null : requireInteger(op, `inputs[${i}]`, count, 1),
    );
  }
  if (isOptions(inputs)) {
    if ('_codeCounts' in inputs && typeof inputs._codeCounts === 'function') {
      return (inputs as TabularTransformer)._codeCounts(op);
    }
    if ('numeric' in inputs) {
      requireOptions(op, inputs, ['numeric', 'categories']);
      const { categories = [] } = inputs as { categories?: unknown };
      const numeric = requireInteger(op, 'inputs.numeric', inputs.numeric, 0);
      // Also the bound of requireList.
      if (numeric > 1 << 24) throw unexpected(op, 'at most 2^24 columns', 'inputs.numeric', describe(numeric)); // prettier-ignore
      return [...Array<null>(numeric).fill(null), ...requireSizes('inputs.categories', categories)];
    }
  }
  throw wrongType(op, 'a fitted transformer, or { numeric, categories }', 'inputs', inputs);
}

function groupsOf(columns: readonly (number | null)[]): Group[] {
  const groups: Group[] = [];
  let embedding = 0;
  columns.forEach((count, start) => {
    const last = groups.at(-1);
    if (count !== null) groups.push({ start, length: 1, embedding: embedding++ });
    else if (last === undefined || last.embedding !== null)
      groups.push({ start, length: 1, embedding: null }); // prettier-ignore
    else groups[groups.length - 1] = { ...last, length: last.length + 1 };
  });
  return groups;
}
