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
 * A model from an ONNX file: its floating initializers are its parameters, under their names in the file, and can be
 * trained. Made by `io.importOnnx`.
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

  /** The output of a model with one output; use `run` for a model with several. */
  override forward(...inputs: Tensor[]): Tensor {
    const outputs = this.#run(inputs);
    if (outputs.length === 1) return outputs[0];
    throw unexpected(op, 'a model of one output; call run', 'forward', `${outputs.length} outputs`);
  }

  /** Computes all outputs by name from inputs by name. */
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
      throw unexpected(op, `${inputs.length} tensors (${names})`, 'forward', String(args.length));
    }
    const values = new Array<Datum | null>(slots).fill(null);
    for (const [slot, value] of fixed) values[slot] = value;
    inputs.forEach((input, i) => {
      values[input.slot] = checked(input, args[i]);
    });
    for (const step of steps) {
      const results = step.run(step.inputs.map((slot) => (slot < 0 ? null : values[slot])));
      const list = Array.isArray(results) ? (results as readonly Datum[]) : [results as Datum];
      step.outputs.forEach((slot, i) => {
        if (slot < 0) return;
        if (i >= list.length)
          throw unexpected(op, 'a node of fewer outputs', 'forward', `${i + 1}`);
        values[slot] = list[i];
      });
    }
    return outputs.map(({ slot }) => tensorOf(values[slot] as Datum));
  }

  override extraRepr(): string {
    const inputs = this.#plan.inputs.map(({ name, dtype, shape }) => {
      const sizes = shape === null ? '' : `[${shape.map((size) => size ?? '?').join(', ')}]`;
      return `${name}: ${dtype}${sizes}`;
    });
    return `${inputs.join(', ')} -> ${this.outputNames.join(', ')}; ${this.#plan.steps.length} nodes`;
  }
}

/** The input for a graph's input; indices may be int32 where the graph has int64. */
function checked({ name, dtype, shape }: Input, value: unknown): Tensor {
  const given = requireTensor(op, name, value);
  const isIndices = isIndex(dtype) && isIndex(given.dtype);
  const x = isIndices ? given.to(promoteTypes(dtype, given.dtype)) : given;
  if (x.dtype !== dtype) throw unexpected(op, `dtype ${dtype}`, name, x.dtype);
  const wanted = shape?.map((size, i) => size ?? x.shape[i]);
  if (wanted && !(wanted.length === x.ndim && sameShape(wanted, x.shape))) {
    const sizes = (shape ?? []).map((size) => size ?? 'any').join(', ');
    throw unexpected(op, `shape [${sizes}]`, name, shapeText(x.shape));
  }
  return x;
}
