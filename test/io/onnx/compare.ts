/** A model, its file in onnxruntime, and the model that is made of the file again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, nn, noGrad, Tensor } from 'blasgrad';
import { closeOnnxruntime, onnxruntime, type Result } from '../../support/onnxruntime';

export type Model = nn.Module<never, unknown>;

const folder = mkdtempSync(join(tmpdir(), 'onnx-'));
export const modelPath = join(folder, 'model.onnx');

export async function cleanUp(): Promise<void> {
  rmSync(folder, { recursive: true });
  await closeOnnxruntime();
}

/** A model that is a function and its parameters. */
export class Own extends nn.Module<Tensor[], unknown> {
  constructor(
    private readonly run: (...inputs: Tensor[]) => unknown,
    readonly parts: nn.Module[] = [],
  ) {
    super();
  }

  override forward(...inputs: Tensor[]): unknown {
    return this.run(...inputs);
  }
}

/** What a module gives, as a list. */
export function outputsOf(model: Model, inputs: readonly Tensor[]): Tensor[] {
  const forward = model.forward.bind(model) as unknown as (...inputs: Tensor[]) => unknown;
  const result = noGrad(() => forward(...inputs));
  return result instanceof Tensor ? [result] : Object.values(result as Record<string, Tensor>);
}

/** Equal to 1e-5, of the number or absolutely. */
export function expectClose(
  actual: readonly Omit<Result, 'name'>[],
  expected: readonly Tensor[],
): void {
  expect(actual.map(({ dtype, shape }) => [dtype, shape])).toEqual(
    expected.map(({ dtype, shape }) => [dtype, shape]),
  );
  expected.forEach((one, k) => {
    const wrong = Array.from(one.contiguous().data).flatMap((value, i) => {
      const got = actual[k].data[i];
      const near = Math.abs(got - value) <= 1e-5 * Math.max(1, Math.abs(value));
      return near || Object.is(got, value) ? [] : [`[${i}]: ${got}, not ${value}`];
    });
    expect(wrong).toEqual([]);
  });
}

/** Names and shapes of a model's parameters. */
function parametersOf(model: nn.Module): Record<string, readonly number[]> {
  const entries = model.namedParameters().map(([name, one]) => [name, one.shape] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Exports `model` on the first inputs, runs the file in onnxruntime, imports it again, and compares for all. */
export async function expectSame(
  model: Model,
  inputs: readonly (readonly Tensor[])[],
  options?: io.OnnxExportOptions,
): Promise<void> {
  await io.exportOnnx(model, inputs[0], modelPath, options);
  model.eval();
  const results = await onnxruntime(modelPath, inputs);
  const again = await io.importOnnx(modelPath);
  expect(parametersOf(again)).toEqual(parametersOf(model as never));
  inputs.forEach((one, i) => {
    const expected = outputsOf(model, one);
    expectClose(results[i], expected);
    const named = Object.fromEntries(one.map((input, k) => [again.inputNames[k], input]));
    const imported = Object.values(noGrad(() => again.run(named)));
    const plain = imported.map(({ dtype, shape, data }) => ({
      dtype,
      shape,
      data: Array.from(data),
    }));
    expectClose(plain, expected);
  });
}
