/** Models from ONNX files. */
import { floatingDTypes, type FloatingDType } from '../../../core/dtype';
import { requireArity, requireOneOf, requireOptions } from '../../../core/errors';
import { readModel } from './file';
import { planOf } from './graph';
import { OnnxModule } from './module';

/** Options of `importOnnx`. */
export interface ImportOnnxOptions {
  /**
   * Dtype of all floating-point numbers: `'float32'` computes a float16 model in float32. Default: the dtype in the
   * file.
   */
  dtype?: FloatingDType;
}

/**
 * Loads an ONNX file as a module that runs the graph with the ops of this library.
 *
 * The module can be trained, compiled and exported again. Its parameters are the file's floating-point initializers,
 * under their names in the file. Numbers keep the dtype of the file; int8, int16, uint16 and uint32, which the library
 * does not have, become int32, and uint64 becomes int64. An int64 input also accepts int32. Weights in other files are
 * read if those are in the directory of the model. The package @bufbuild/protobuf reads the wire format.
 *
 * @param path path or file URL of the file
 * @param options dtype of floating-point numbers; see ImportOnnxOptions
 * @returns the model, in training mode, as every new module
 * @throws RangeError if the file is invalid, or uses parts of ONNX that are not supported; the message lists all of
 *   them
 * @see https://onnx.ai/onnx/operators
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
