/** Modules and their gradients compared with PyTorch's numbers. */
import { nn, type Tensor } from 'blasgrad';
import {
  goldenTensor,
  requireGolden,
  tensorsIn,
  type GoldenTensor,
  type Precision,
} from './golden';
import { construct } from './goldenCalls';

export interface ModuleLine {
  readonly id: string;
  readonly module: string;
  readonly args: readonly unknown[];
  readonly state: Readonly<Record<string, GoldenTensor>>;
  readonly training: boolean;
  readonly inputs: readonly GoldenTensor[];
  /** Inputs (their numbers), true and false that are passed by name, in one object after the others. */
  readonly kwInputs?: Readonly<Record<string, number | boolean>>;
  /** Whether the second and third input are passed as an array, such as the state of an LSTM. */
  readonly pair?: boolean;
  /** Lengths by which the first input is packed; the first output is padded again. */
  readonly packed?: readonly number[];
  readonly batchFirst?: boolean;
  readonly outputs: readonly GoldenTensor[];
  readonly cotangents: readonly GoldenTensor[];
  readonly gradInputs: readonly (GoldenTensor | null)[];
  readonly gradParams: Readonly<Record<string, GoldenTensor>>;
  readonly stateAfter: Readonly<Record<string, GoldenTensor>>;
}

type Packing = Readonly<Record<string, (input: unknown, ...rest: readonly unknown[]) => unknown>>;

/** Files have one integer dtype; counters of PyTorch are int64. */
function requireState(actual: Tensor, golden: GoldenTensor, precision: Precision, what: string) {
  const counter = golden.dtype === 'int32' && actual.dtype === 'int64';
  requireGolden(counter ? actual.to('int32') : actual, golden, precision, what);
}

/** The results of the module for the inputs, which are passed as the line says. */
function run(module: nn.AnyModule, line: ModuleLine, inputs: readonly Tensor[]): Tensor[] {
  const { kwInputs, pair, packed, batchFirst } = line;
  if (packed !== undefined) {
    const { packPaddedSequence: pack, padPackedSequence: pad } = nn.utils.rnn as unknown as Packing;
    const input = pack(inputs[0], packed, { batchFirst, enforceSorted: false });
    const [output, states] = module.forward(input) as [unknown, unknown];
    return [...tensorsIn(pad(output, { batchFirst })).slice(0, 1), ...tensorsIn(states)];
  }
  if (pair === true) return tensorsIn(module.forward(inputs[0], [inputs[1], inputs[2]]));
  if (kwInputs === undefined) return tensorsIn(module.forward(...inputs));
  const named = Object.entries(kwInputs).map(([name, i]) => {
    return [name, typeof i === 'number' ? inputs[i] : i] as const;
  });
  const byName = new Set(Object.values(kwInputs));
  const positional = inputs.filter((_, i) => !byName.has(i));
  return tensorsIn(module.forward(...positional, Object.fromEntries(named)));
}

/** Constructs and runs the module of the line; compares results, gradients and the state afterwards. */
export function checkModule(line: ModuleLine, precision: Precision): void {
  const module = (construct(line.module, line.args) as nn.AnyModule)
    .to(precision)
    .train(line.training);
  const before = module.stateDict();
  const state = Object.entries(line.state).map(([name, golden]) => {
    return [name, goldenTensor(golden, precision).to(before[name].dtype)] as const;
  });
  module.loadStateDict(Object.fromEntries(state));
  const inputs = line.inputs.map((golden, i) =>
    goldenTensor(golden, precision).requiresGrad_(Boolean(line.gradInputs[i])),
  );
  const outputs = run(module, line, inputs);
  expect(outputs.length).toBe(line.outputs.length);
  const weighted = line.outputs.map((golden, i): Tensor => {
    requireGolden(outputs[i], golden, precision, `output ${i}`);
    return outputs[i].mul(goldenTensor(line.cotangents[i], precision)).sum();
  });
  weighted.reduce((a, b) => a.add(b)).backward();
  line.gradInputs.forEach((golden, i) => {
    const { grad } = inputs[i];
    if (golden && grad) requireGolden(grad, golden, precision, `gradient of input ${i}`);
    else expect([golden, grad]).toEqual([null, null]);
  });
  const gradients = new Map(module.namedParameters().map(([name, one]) => [name, one.grad]));
  expect([...gradients.keys()]).toEqual(Object.keys(line.gradParams));
  for (const [name, golden] of Object.entries(line.gradParams)) {
    requireGolden(gradients.get(name) as Tensor, golden, precision, `gradient of ${name}`);
  }
  const after = module.stateDict();
  for (const [name, golden] of Object.entries(line.stateAfter)) {
    requireState(after[name], golden, precision, `${name} afterwards`);
  }
}
