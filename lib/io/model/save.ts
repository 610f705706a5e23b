/** Saving a model with its transformers in one file. */
import {
  isOptions,
  requireArity,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
} from '../../core/errors';
import { LabelEncoder } from '../../data/preprocessing/labelEncoder';
import { Transformer } from '../../data/preprocessing/transformer';
import { Transform } from '../../data/transforms/transform';
import { Module, TabularMLP, type AnyModule } from '../../nn';
import { version } from '../../version';
import { takeSnapshot } from '../checkpoint/tree';
import { requirePath } from '../file';
import { contentOf } from '../safetensors/write';
import { writeWhole } from '../write';
import { FileHash, format, hashStart, noHash, type Content, type Description } from './format';
import { buildFor } from './build';

/** What `io.saveModel` writes. */
export interface ModelParts {
  /** The model. An `nn.TabularMLP` is saved with its architecture; for others, `loadModel` needs `build`. */
  model: AnyModule;
  /**
   * What makes the input of the model: a fitted transformer of tables, such as a `data.ColumnTransformer`, or a transform
   * of images that is not random, such as a `data.transforms.Compose`.
   */
  transforms: Transformer | Transform;
  /**
   * The fitted transformer of the target: with a `data.LabelEncoder`, predictions are classes; others must have
   * `inverseTransform`, such as `data.StandardScaler`. Default: the outputs of the model are the predictions.
   */
  target?: Transformer;
  /** What `build` needs: numbers, strings, booleans, null, tensors, and arrays and plain objects of these. */
  config?: unknown;
  /** Builds the model; if passed, `saveModel` checks that `build(config)` makes a model of the same state. */
  build?: (config: never) => AnyModule;
}

const op = 'saveModel';

/**
 * Saves a model and its transformers in one file, from which `io.loadModel` predicts in another process.
 *
 * The file is a safetensors file with a checksum. Its tensors keep their dtypes. Code is not saved: `loadModel` builds an
 * `nn.TabularMLP` itself, and other models with the function `build`, to which it passes `config`. The values are
 * those at the time of the call. The file appears under its name when it is complete and on the disk.
 *
 * @param path the file, as a path or a file URL
 * @param parts `model` and `transforms`; optionally `target`, `config` and `build`
 * @throws TypeError, RangeError (the promise rejects) if a part is not what it must be, a transformer is not fitted, or
 * `build(config)` makes another model
 * @example
 * const transforms = new data.ColumnTransformer({ mass: new data.StandardScaler() });
 * transforms.fit([{ mass: 3700 }, { mass: 5000 }]);
 * const model = new nn.TabularMLP(transforms, { out: 1 });
 * await io.saveModel('penguins.model', { model, transforms });
 */
export async function saveModel(path: string | URL, parts: ModelParts): Promise<void> {
  requireArity(op, arguments.length, 2);
  const target = requirePath(op, path);
  if (!isOptions(parts)) throw wrongType(op, 'an object of model and transforms', 'parts', parts);
  requireOptions(op, parts, ['model', 'transforms', 'target', 'config', 'build']);
  await writeWhole(target, piecesOf(parts));
}

function piecesOf(parts: ModelParts): Uint8Array[] {
  const { model, build } = parts;
  if (!(model instanceof Module)) throw wrongType(op, 'a module', 'model', model);
  const transforms = requireTransforms(parts.transforms);
  const target = parts.target === undefined ? null : requireTarget(parts.target);
  const architecture = architectureOf(model);
  if (architecture !== null) {
    if (transforms instanceof Transform) {
      throw wrongType(op, 'a transformer of tables, because the model is a TabularMLP,', 'transforms', transforms); // prettier-ignore
    }
    requireWidths(architecture, transforms, target);
  }
  const config = parts.config === undefined ? architecture : parts.config;
  const state = model.stateDict();
  const content: Content = {
    model: state,
    transforms: transforms.state(),
    target: target?.state() ?? null,
    config,
  };
  const { json, tensors } = takeSnapshot(op, 'parts', content);
  if (build !== undefined) buildFor(op, null, build, config, state);
  const description: Description = {
    format: format.name,
    version: format.version,
    library: version,
    model: model.constructor.name,
    architecture,
    content: json,
  };
  const metadata = { sha256: noHash, blasgrad: JSON.stringify(description) };
  const pieces = [...contentOf(op, Object.fromEntries(tensors), metadata)];
  const hash = new FileHash();
  for (const piece of pieces) hash.update(piece);
  Buffer.from(hash.digest()).copy(pieces[0], hashStart);
  return pieces;
}

/** What a class of the library is built from. */
function architectureOf(model: AnyModule): ReturnType<TabularMLP['config']> | null {
  return model instanceof TabularMLP && model.constructor === TabularMLP ? model.config() : null;
}

function requireTransforms(value: unknown): Transformer | Transform {
  if (!(value instanceof Transform)) return requireFitted('transforms', value);
  if (!value._isRandom) return value;
  throw new RangeError(
    `${op}: transforms chooses at random; pass the transforms that a prediction needs, without augmentation`,
  );
}

function requireFitted(name: string, value: unknown): Transformer {
  if (!(value instanceof Transformer)) {
    throw wrongType(
      op,
      'a transformer, such as a data.ColumnTransformer, or a transform of images,',
      name,
      value,
    );
  }
  if (value._inputs !== null) return value;
  throw new RangeError(
    `${op}: ${name} is a ${value._transformer} that is not fitted; call fit() first`,
  );
}

function requireTarget(value: unknown): Transformer {
  const target = requireFitted('target', value);
  const isCategories = 'categoriesOf' in target && !(target instanceof LabelEncoder);
  if ('inverseTransform' in target && !isCategories) return target;
  throw unexpected(op, 'a LabelEncoder, or a transformer of numbers with inverseTransform,', 'target', `a ${target._transformer}`); // prettier-ignore
}

/** Finds errors when the model is saved, not in the process that serves it. */
function requireWidths(
  { columns, out }: ReturnType<TabularMLP['config']>,
  transforms: Transformer,
  target: Transformer | null,
): void {
  const counts = transforms._codeCounts(op);
  if (counts.length !== columns.length) {
    const got = `one that makes ${counts.length}`;
    throw unexpected(op, `a transformer that makes ${columns.length} columns`, 'transforms', got);
  }
  if (target === null) return;
  const classes = target instanceof LabelEncoder ? target.categories.length : target._width;
  if (out === classes || (out === 1 && classes === 2)) return;
  const what = `a transformer that fits outputs of shape ${shapeText([out])}`;
  throw unexpected(op, what, 'target', `one of ${classes} ${target instanceof LabelEncoder ? 'classes' : 'columns'}`); // prettier-ignore
}
