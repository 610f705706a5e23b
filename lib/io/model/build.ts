/** Building the model of a file. */
import { isFloating } from '../../core/dtype';
import { messageOf, wrongType } from '../../core/errors';
import { Generator, withGenerator } from '../../core/generator';
import type { Tensor } from '../../core/tensor';
import { Module, type AnyModule } from '../../nn';

/**
 * The model that `build(config)` returns, with the saved state in its saved dtypes; an error if it has another state.
 * The default generator is not used, so that loading a model does not change a training run.
 */
export function buildFor(
  op: string,
  path: string | null,
  build: unknown,
  config: unknown,
  state: Readonly<Record<string, Tensor>>,
): AnyModule {
  if (typeof build !== 'function') throw wrongType(op, 'a function', 'build', build);
  const made: unknown = withGenerator(new Generator(0), () => (build as (config: unknown) => unknown)(config)); // prettier-ignore
  if (!(made instanceof Module)) throw wrongType(op, 'a module', 'the result of build', made);
  const model = made as AnyModule;
  try {
    keepDTypes(model, state);
    model.loadStateDict(state);
  } catch (error) {
    const whose = path === null ? 'the model' : `the model in ${path}`;
    throw new RangeError(
      `${op}: build(config) makes a model of another state than ${whose}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  return model;
}

/** Converts floating parameters and buffers to the dtypes of a state. */
function keepDTypes(model: AnyModule, state: Readonly<Record<string, Tensor>>): void {
  const saved = new Map(Object.entries(state));
  const wanted = (name: string, own: Tensor): Tensor['dtype'] | null => {
    const dtype = saved.get(name)?.dtype;
    const differs = dtype !== undefined && dtype !== own.dtype;
    return differs && isFloating(dtype) && isFloating(own.dtype) ? dtype : null;
  };
  model._walk((module, prefix) => {
    module._eachParameter((parameter, name) => {
      const dtype = wanted(prefix + name, parameter);
      if (dtype !== null) parameter._convert(dtype);
    });
    module._eachBuffer((buffer, name) => {
      const dtype = wanted(prefix + name, buffer);
      if (dtype !== null) Reflect.set(module, name, buffer.to(dtype));
    });
  });
}
