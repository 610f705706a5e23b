/** Modules and their gradients compared with PyTorch's numbers. */
import { nn, type Tensor } from 'blasgrad';
import {
  goldenTensor,
  requireGolden,
  tensorsIn,
  type GoldenTensor,
  type Precision,
} from './golden';
import { filled } from './goldenCalls';

export interface ModuleLine {
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

const classes = nn as unknown as Readonly<Record<string, ModuleClass | undefined>>;

function construct({ module: name, args }: ModuleLine): nn.AnyModule {
  const Class = classes[name.replace('nn.', '')];
  if (Class === undefined) throw new Error(`expected a class ${name}, got none`);
  return new Class(...args.map((argument) => filled(argument, [])));
}

/** Files have one integer dtype; counters of PyTorch are int64. */
function requireState(actual: Tensor, golden: GoldenTensor, precision: Precision, what: string) {
  const counter = golden.dtype === 'int32' && actual.dtype === 'int64';
  requireGolden(counter ? actual.to('int32') : actual, golden, precision, what);
}

/** Constructs and runs the module of the line; compares results, gradients and the state afterwards. */
export function checkModule(line: ModuleLine, precision: Precision): void {
  const module = construct(line).to(precision).train(line.training);
  const before = module.stateDict();
  const state = Object.entries(line.state).map(([name, golden]) => {
    return [name, goldenTensor(golden, precision).to(before[name].dtype)] as const;
  });
  module.loadStateDict(Object.fromEntries(state));
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
    requireState(after[name], golden, precision, `${name} afterwards`);
  }
}
