/** Converting modules to another dtype. */
import { requireUnused } from '../../core/access';
import { floatingDTypes, isFloating, requireDType, type DType } from '../../core/dtype';
import { methodName } from '../../core/errors';
import { unsupportedDType } from '../../ops/define';
import type { AnyModule } from './module';

/** Converts the floating parameters and buffers of a module and its submodules, in place. */
export function convert(module: AnyModule, dtype: DType): void {
  const op = methodName(module, 'to');
  if (!isFloating(requireDType(op, dtype))) {
    throw unsupportedDType(op, 'dtype', floatingDTypes, dtype);
  }
  const parameters = module.parameters();
  requireUnused(op, [...parameters, ...module.buffers()]);
  for (const parameter of parameters) {
    if (isFloating(parameter.dtype)) parameter._convert(dtype);
  }
  module._walk((submodule) => {
    submodule._eachBuffer((buffer, name) => {
      if (isFloating(buffer.dtype)) Reflect.set(submodule, name, buffer.to(dtype));
    });
  });
}
