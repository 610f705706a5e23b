/** Compares a model with its ONNX file in onnxruntime, and with the module that is imported from the file. */
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

/** The elements as numbers. */
function numbersOf(x: Tensor): number[] {
  return Array.from(noGrad(() => x.to('float64').contiguous()).data, Number);
}

/** The least that results may differ: half of the last digit, and more where several ops are rounded. */
const precision: Readonly<Record<string, number>> = { float16: 2 ** -10, bfloat16: 2 ** -7 };

/** Equal to 1e-5, in halves to their precision, of the number or absolutely. */
export function expectClose(
  actual: readonly Omit<Result, 'name'>[],
  expected: readonly Tensor[],
): void {
  expect(actual.map(({ dtype, shape }) => [dtype, shape])).toEqual(
    expected.map(({ dtype, shape }) => [dtype, shape]),
  );
  expected.forEach((one, k) => {
    const tolerance = precision[one.dtype] ?? 1e-5;
    const wrong = numbersOf(one).flatMap((value, i) => {
      const got = actual[k].data[i];
      const near = Math.abs(got - value) <= tolerance * Math.max(1, Math.abs(value));
      return near || Object.is(got, value) ? [] : [`[${i}]: ${got}, not ${value}`];
    });
    expect(wrong).toEqual([]);
  });
}

/** Names and shapes of a model's trainable parameters. */
function parametersOf(model: nn.Module): Record<string, readonly number[]> {
  const entries = model
    .namedParameters()
    .flatMap(([name, one]) => (one.requiresGrad ? [[name, one.shape] as const] : []));
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
  // JavaScript's onnxruntime takes and gives no bfloat16.
  const known = [...inputs[0], ...outputsOf(model, inputs[0])].every((x) => x.dtype !== 'bfloat16');
  const results = known ? await onnxruntime(modelPath, inputs) : null;
  const again = await io.importOnnx(modelPath);
  expect(parametersOf(again)).toEqual(parametersOf(model as never));
  inputs.forEach((one, i) => {
    const expected = outputsOf(model, one);
    if (results !== null) expectClose(results[i], expected);
    const named = Object.fromEntries(one.map((input, k) => [again.inputNames[k], input]));
    const imported = Object.values(noGrad(() => again.run(named)));
    const plain = imported.map((x) => ({ dtype: x.dtype, shape: x.shape, data: numbersOf(x) }));
    expectClose(plain, expected);
  });
}
