/** An imported graph as a module. */
import { isIndex, promoteTypes } from '../../../core/dtype';
import { shapeText, unexpected, wrongType } from '../../../core/errors';
import { Module } from '../../../nn/module/module';
import { sameShape } from '../../../core/shape';
import { requireTensor, Tensor } from '../../../core/tensor';
import { tensorOf, type Datum } from './datum';
import type { Input, Plan } from './graph';

const op = 'OnnxModule';

/**
 * A model from an ONNX file, made by `io.importOnnx`.
 *
 * Its parameters are the file's floating-point initializers, under their names in the file. The running mean and
 * variance of a batch normalization are parameters that require no gradient.
 *
 * @example
 * const model = await io.importOnnx('digits.onnx');
 * const logits = model.forward(zeros(1, 784));
 */
export class OnnxModule extends Module<Tensor[]> {
  readonly #plan: Plan;
  /** @internal A field, so that models with different weights are not equal to assert.deepStrictEqual. */
  readonly _parameters: Plan['parameters'];
  /** Names of the inputs, in the order of forward's arguments. */
  readonly inputNames: readonly string[];
  /** Names of the outputs. */
  readonly outputNames: readonly string[];

  /** @internal */
  constructor(plan: Plan) {
    super();
    this.#plan = plan;
    this._parameters = plan.parameters;
    this.inputNames = plan.inputs.map(({ name }) => name);
    this.outputNames = plan.outputs.map(({ name }) => name);
  }

  /** @internal */
  override _eachField(visit: (value: unknown, name: string) => void): void {
    super._eachField((value, name) => {
      if (value !== this._parameters) visit(value, name);
    });
    this._parameters.forEach(visit);
  }

  /**
   * Computes the output of a model with one output; use `run` for a model with several.
   *
   * @param inputs tensors in the order of `inputNames`, with the shapes and dtypes of the file
   * @returns the output
   * @throws RangeError if an input has another shape or dtype, or the model has several outputs
   */
  override forward(...inputs: Tensor[]): Tensor {
    const outputs = this.#run(inputs);
    if (outputs.length === 1) return outputs[0];
    throw new RangeError(
      `OnnxModule.forward: the model has ${outputs.length} outputs; call run() to get all of them`,
    );
  }

  /**
   * Computes all outputs, by name, from inputs by name.
   *
   * @param inputs a tensor for each of `inputNames`, with the shape and dtype of the file
   * @returns a tensor for each of `outputNames`
   * @throws RangeError if an input has another name, shape or dtype
   * @example
   * const model = await io.importOnnx('digits.onnx');
   * const { output } = model.run({ input: zeros(1, 784) });
   */
  run(inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const value: unknown = inputs;
    if (typeof value !== 'object' || value === null || value instanceof Tensor) {
      throw wrongType(op, 'an object of tensors', 'inputs', value);
    }
    const unknown = Object.keys(inputs).find((name) => !this.inputNames.includes(name));
    if (unknown !== undefined) {
      throw unexpected(op, `one of ${this.inputNames.join(', ')}`, 'inputs', unknown);
    }
    const outputs = this.#run(this.inputNames.map((name) => inputs[name]));
    return Object.fromEntries(this.outputNames.map((name, i) => [name, outputs[i]]));
  }

  #run(args: readonly Tensor[]): Tensor[] {
    const { inputs, outputs, steps, fixed, slots } = this.#plan;
    if (args.length !== inputs.length) {
      const names = inputs.map(({ name }) => name).join(', ');
      throw new RangeError(
        `${op}: the model has ${inputs.length} inputs (${names}), but ${args.length} tensors were passed`,
      );
    }
    const values = new Array<Datum | null>(slots).fill(null);
    for (const [slot, value] of fixed) values[slot] = value;
    inputs.forEach((input, i) => {
      values[input.slot] = checkInput(input, args[i]);
    });
    for (const step of steps) {
      const results = step.run(step.inputs.map((slot) => (slot < 0 ? null : values[slot])));
      const list = Array.isArray(results) ? (results as readonly Datum[]) : [results as Datum];
      step.outputs.forEach((slot, i) => {
        if (slot < 0) return;
        if (i >= list.length) {
          throw new RangeError(
            `${op}: a node has ${i + 1} outputs, but its operator computes ${list.length}`,
          );
        }
        values[slot] = list[i];
      });
    }
    return outputs.map(({ slot }) => tensorOf(values[slot] as Datum));
  }

  /**
   * Describes the graph, for printing.
   *
   * @returns inputs with dtypes and shapes, names of the outputs, and number of nodes
   */
  override extraRepr(): string {
    const inputs = this.#plan.inputs.map(({ name, dtype, shape }) => {
      const sizes = shape === null ? '' : `[${shape.map((size) => size ?? '?').join(', ')}]`;
      return `${name}: ${dtype}${sizes}`;
    });
    return `${inputs.join(', ')} -> ${this.outputNames.join(', ')}; ${this.#plan.steps.length} nodes`;
  }
}

/** Checks an input; indices may be int32 where the graph has int64. */
function checkInput({ name, dtype, shape }: Input, value: unknown): Tensor {
  const tensor = requireTensor(op, name, value);
  const isIndices = isIndex(dtype) && isIndex(tensor.dtype);
  const x = isIndices ? tensor.to(promoteTypes(dtype, tensor.dtype)) : tensor;
  if (x.dtype !== dtype) throw unexpected(op, `dtype ${dtype}`, name, x.dtype);
  const wanted = shape?.map((size, i) => size ?? x.shape[i]);
  if (wanted && !(wanted.length === x.ndim && sameShape(wanted, x.shape))) {
    const sizes = (shape ?? []).map((size) => size ?? 'any').join(', ');
    throw unexpected(op, `shape [${sizes}]`, name, shapeText(x.shape));
  }
  return x;
}
