/** Half precision: compiled calls equal eager calls bit for bit, on the inputs of `test/golden/dtypes.jsonl`. */
import { compile, type Output, type Tensor } from 'blasgrad';
import { dtypeCases, evaluate, exactTensor, type DTypeCase } from '../support/dtypeCases';
import { requireSameBits } from './support';

const halves: readonly string[] = ['float16', 'bfloat16'];

/** Results whose size depends on values cannot be captured. */
const valueDependent = (line: DTypeCase): boolean =>
  /\/Tensor\.(nonzero|maskedSelect)\//.test(line.id) ||
  (line.call === 'Tensor.index' && line.inputs.some(({ dtype }) => dtype === 'bool'));

const lines = dtypeCases.filter(
  (line) => line.inputs.some(({ dtype }) => halves.includes(dtype)) && !valueDependent(line),
);

function step(line: DTypeCase): (...inputs: Tensor[]) => Output {
  const cotangents = (line.cotangents ?? []).map(exactTensor);
  return (...inputs) => {
    // Copies, because some calls change their first input, and because a call of views alone records nothing.
    const own = inputs.map((one) => one.clone());
    const { outputs, gradients } = evaluate(line, own, cotangents);
    return { outputs: [...outputs], gradients: [...gradients] };
  };
}

test.each(lines.map((line) => [line.id, line] as const))('%s', (_id, line) => {
  const first = line.inputs.map(exactTensor);
  const other = first.map((one) => (halves.includes(one.dtype) ? one.mul(0.75) : one));
  const [eager, compiled] = [step(line), compile(step(line))];
  for (const inputs of [first, other, first]) {
    requireSameBits(compiled(...inputs), eager(...inputs), 'compiled');
  }
  expect(compiled.stats).toMatchObject({ captures: 1, replays: 2 });
  compiled.dispose();
});

test('cases of both dtypes are compiled', () => {
  for (const dtype of halves) {
    expect(lines.filter(({ id }) => id.startsWith(`${dtype}/`)).length).toBeGreaterThan(250);
  }
});
