/** Installs methods on Tensor. */
import { addErrorName, renamed } from './caller';
import { requireArity } from './errors';
import { Tensor } from './tensor';

type Methods = Readonly<Record<string, (this: Tensor, ...args: never[]) => unknown>>;

/**
 * Adds these methods to Tensor. A call with more arguments than the method's `length` throws, so parameters must
 * not have default values in the parameter list, where `length` stops counting. The cost of the check is not
 * measurable (a sum of 4 elements takes 350 ns). Errors of ops inside become errors of the method.
 */
export function addMethods(methods: Methods): void {
  addChecked(methods, renamed);
}

/** The same for methods that call users' functions, whose errors are not renamed. */
export function addCallingMethods(methods: Methods): void {
  addChecked(methods, (error) => error);
}

function addChecked(methods: Methods, errorOf: (error: unknown, op: string) => unknown): void {
  for (const [name, method] of Object.entries(methods)) {
    const most = method.length;
    const checked = function (this: Tensor, ...args: never[]): unknown {
      requireArity(name, args.length, most);
      try {
        return method.apply(this, args);
      } catch (error) {
        throw errorOf(error, name);
      }
    };
    Object.defineProperty(checked, 'length', { value: most });
    install(name, checked);
  }
}

/** The same for methods with any number of sizes or dimensions. */
export function addVariadicMethods(methods: Methods): void {
  for (const [name, method] of Object.entries(methods)) {
    install(name, function (this: Tensor, ...args: never[]): unknown {
      try {
        return method.apply(this, args);
      } catch (error) {
        throw renamed(error, name);
      }
    });
  }
}

function install(name: string, method: Methods[string]): void {
  addErrorName(name);
  Object.defineProperty(method, 'name', { value: name });
  Object.defineProperty(Tensor.prototype, name, {
    value: method,
    writable: true,
    configurable: true,
  });
}
