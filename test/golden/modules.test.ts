/** Modules and their gradients compared with PyTorch's numbers. */
import { nn, type Tensor } from 'blasgrad';
import {
  goldenTensor,
  readGolden,
  requireGolden,
  tensorsIn,
  type GoldenTensor,
  type Precision,
} from '../support/golden';

interface Line {
  readonly id: string;
  readonly module: string;
  readonly args: readonly unknown[];
  readonly state: Readonly<Record<string, GoldenTensor>>;
  readonly training: boolean;
  readonly inputs: readonly GoldenTensor[];
  readonly outputs: readonly GoldenTensor[];
  readonly cotangents: readonly GoldenTensor[];
  readonly gradInputs: readonly (GoldenTensor | null)[];
  readonly gradParams: Readonly<Record<string, GoldenTensor>>;
  readonly stateAfter: Readonly<Record<string, GoldenTensor>>;
}

type ModuleClass = new (...args: readonly unknown[]) => nn.AnyModule;

function check(line: Line, precision: Precision): void {
  const classes = nn as unknown as Readonly<Record<string, ModuleClass | undefined>>;
  const Class = classes[line.module.replace('nn.', '')];
  if (Class === undefined) throw new Error(`expected a class ${line.module}, got none`);
  const module = new Class(...line.args).to(precision).train(line.training);
  const state = Object.entries(line.state);
  module.loadStateDict(
    Object.fromEntries(state.map(([name, golden]) => [name, goldenTensor(golden, precision)])),
  );
  const inputs = line.inputs.map((golden, i) =>
    goldenTensor(golden, precision).requiresGrad_(Boolean(line.gradInputs[i])),
  );
  const outputs = tensorsIn(module.forward(...inputs));
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
    requireGolden(after[name], golden, precision, `${name} afterwards`);
  }
}

describe.each(['float64', 'float32'] as const)('%s', (precision) => {
  test.each(readGolden<Line>('modules').map((line) => [line.id, line] as const))(
    '%s',
    (_id, line) => {
      check(line, precision);
    },
  );
});
