/** Models from ONNX files. */
import { floatingDTypes, type FloatingDType } from '../../../core/dtype';
import { requireArity, requireOneOf, requireOptions } from '../../../core/errors';
import { readModel } from './file';
import { planOf } from './graph';
import { OnnxModule } from './module';

/** Options of `importOnnx`. */
export interface ImportOnnxOptions {
  /** The dtype of all floating numbers, in place of that in the file: `'float32'` computes a half-precision model in float32. */
  dtype?: FloatingDType;
}

/**
 * Loads the model in an ONNX file as a module that runs the graph with the ops of this library. It can be trained,
 * compiled and exported again. Its parameters are the file's floating initializers, under their names in the file.
 *
 * Every number has the dtype that it has in the file; int8, int16, uint16 and uint32, which have none here, become int32,
 * uint64 becomes int64. An input of int64 takes int32 too. One RangeError names everything in the file that is not
 * supported. Weights in other files are read if these lie in the model's folder.
 *
 * @example const model = await io.importOnnx('digits.onnx');
 */
export async function importOnnx(
  path: string | URL,
  options: ImportOnnxOptions = {},
): Promise<OnnxModule> {
  requireArity('importOnnx', arguments.length, 2);
  requireOptions('importOnnx', options, ['dtype']);
  const { dtype } = options;
  if (dtype !== undefined) requireOneOf('importOnnx', 'dtype', dtype, floatingDTypes);
  const model = await readModel(path); // which checks the path
  return new OnnxModule(planOf(String(path), model, dtype ?? null));
}

export type { OnnxModule };
