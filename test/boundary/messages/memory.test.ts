/** What is refused because its memory was transferred away, word by word. */
import { grad, ones, tensor, type Tensor } from 'blasgrad';
import { Range, matrix, testRefusals, type Row } from './rows';

const x = matrix();

const transferred = (): Tensor => {
  const lost = tensor([
    [1, 2],
    [3, 4],
  ]);
  const { buffer } = lost.data;
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
  return lost;
};
const gone = 'the memory of this tensor was transferred away';
const memory: Row[] = [
  ['item', () => transferred().select(0, 0).select(0, 0).item(), Range, `item: ${gone}`],
  ['toArray', () => transferred().toArray(), Range, `toArray: ${gone}`],
  ['data', () => transferred().data, Range, `data: ${gone}`],
  ['data of a transposed one', () => transferred().T.data, Range, `data: ${gone}`],
  ['a product', () => transferred().matmul(ones(2, 2)), Range, `matmul: ${gone}`],
  ['a part', () => transferred().narrow(1, 0, 1).clone(), Range, `clone: ${gone}`],
  [
    'a gradient',
    () => grad(transferred().requiresGrad_().mul(2).sum(), x),
    Range,
    'mul: expected at least 4 elements for a, got a detached Float32Array(0)',
  ],
  [
    'an array',
    () => {
      const array = new Float32Array(2);
      structuredClone(array.buffer, { transfer: [array.buffer] });
      return tensor(array);
    },
    Range,
    'tensor: expected an array that is not detached for data, got a detached Float32Array(0)',
  ],
];

describe('memory that was transferred away', () => testRefusals(memory));

test('a tensor whose memory is gone prints without it', () => {
  expect(String(transferred())).toBe('tensor(..., shape: [2, 2])');
});
