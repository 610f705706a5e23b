/** Loading a model with its transformers. */
import {
  messageOf,
  requireArity,
  requireBoolean,
  requireOptions,
  wrongType,
} from '../../core/errors';
import type { ColumnTransform } from '../../data/preprocessing/custom';
import { loadTransformer } from '../../data/preprocessing/loadTransformer';
import type { Transformer } from '../../data/preprocessing/transformer';
import { isTransformState, loadTransform } from '../../data/transforms/registry';
import type { Transform, TransformState } from '../../data/transforms/transform';
import { TabularMLP, type AnyModule, type TabularMLPConfig } from '../../nn';
import { restoreTree } from '../checkpoint/tree';
import { InputFile, requirePath } from '../file';
import { isObject } from '../safetensors/header';
import { buildFor } from './build';
import { readModel, type Content, type Description } from './format';
import { LoadedModel } from './loadedModel';

/** Options of `io.loadModel`. */
export interface LoadModelOptions {
  /** Builds the model from what was saved as `config`; needed unless the model is an `nn.TabularMLP`. */
  build?: (config: never) => AnyModule;
  /** Your own transforms inside a ColumnTransformer, by column, as for `data.loadTransformer`. */
  custom?: Readonly<Record<string, ColumnTransform>>;
  /**
   * Whether to compile predictions of one row, which then take less time; default: true for an `nn.TabularMLP` without
   * `build`, else false. `forward` must be a function that `compile` takes.
   */
  compile?: boolean;
}

const op = 'loadModel';

/**
 * Loads a file of `io.saveModel`: a model in evaluation mode that predicts from plain objects, tables and images.
 *
 * The parameters have their saved dtypes, also if `build` makes others. The default random generator is not used.
 *
 * @param path the file, as a path or a file URL
 * @param options `build`, `custom` and `compile`
 * @returns a promise of the model
 * @throws TypeError (the promise rejects) if `build` is missing; RangeError if the file is damaged, or if
 * `build(config)` makes a model of another state
 * @example
 * const transforms = new data.StandardScaler().fit([{ mass: 3700 }, { mass: 5000 }]);
 * await io.saveModel('one.model', { model: new nn.TabularMLP(transforms, { out: 1 }), transforms });
 * const loaded = await io.loadModel('one.model');
 * Object.keys(loaded.predict({ mass: 4000 })) // ['value']
 */
export async function loadModel(
  path: string | URL,
  options: LoadModelOptions = {},
): Promise<LoadedModel> {
  requireArity(op, arguments.length, 2);
  const file = new InputFile(op, requirePath(op, path));
  requireOptions(op, options, ['build', 'custom', 'compile']);
  const { build, custom = {} } = options;
  if (build !== undefined && typeof build !== 'function') {
    throw wrongType(op, 'a function', 'build', build);
  }
  if (!isObject(custom)) throw wrongType(op, 'an object of transforms', 'custom', custom);
  if (options.compile !== undefined) requireBoolean(op, 'compile', options.compile);

  const { description, tensors } = await readModel(file);
  const snapshot = { json: description.content, tensors: new Map(Object.entries(tensors)) };
  const content = requireContent(file, restoreTree(snapshot, (what, got) => file.wrong(what, 'the content', got))); // prettier-ignore
  const part = <T>(name: 'transforms' | 'target', make: (state: unknown) => T): T => {
    try {
      return make(content[name]);
    } catch (error) {
      throw new RangeError(`${op}: ${name} of ${file.path}: ${messageOf(error)}`, { cause: error });
    }
  };
  const table = (state: unknown): Transformer => loadTransformer(state, { custom });
  const transforms = (state: unknown): Transformer | Transform =>
    isTransformState(state) ? loadTransform(state as TransformState) : table(state);
  const rebuilt = buildFor(op, file.path, build ?? builder(description), build === undefined ? description.architecture : content.config, content.model); // prettier-ignore
  return new LoadedModel(
    rebuilt.eval(),
    part('transforms', transforms),
    content.target === null ? null : part('target', table),
    content.config,
    options.compile ?? build === undefined,
  );
}

/** Builds the classes of the library. */
function builder({ model, architecture }: Description): (config: TabularMLPConfig) => AnyModule {
  if (architecture === null) {
    throw wrongType(op, `a function that builds the ${model} of the file`, 'build', undefined);
  }
  return ({ columns, ...options }) => new TabularMLP(columns, options);
}

function requireContent(file: InputFile, content: unknown): Content {
  const { model, transforms } = isObject(content) ? content : {};
  if (isObject(model) && isObject(transforms)) return content as Content;
  throw file.invalid('it has no model or no transforms');
}
