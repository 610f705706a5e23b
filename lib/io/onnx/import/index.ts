/** Models from ONNX files. */
import { readModel } from './file';
import { planOf } from './graph';
import { OnnxModule } from './module';

/**
 * Loads the model in an ONNX file as a module that runs the graph with the ops of this library. It can be trained,
 * compiled and exported again. Its parameters are the file's floating initializers, under their names in the file.
 *
 * One RangeError names everything in the file that is not supported. int64 becomes int32. Weights in other files are
 * read if these lie in the model's folder.
 *
 * @example const model = await io.importOnnx('digits.onnx');
 */
export async function importOnnx(path: string | URL): Promise<OnnxModule> {
  const model = await readModel(path); // which checks the path
  return new OnnxModule(planOf(String(path), model));
}

export type { OnnxModule };
