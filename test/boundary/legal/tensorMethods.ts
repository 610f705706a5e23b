/** Valid calls of methods of tensors. */
import { Generator, tensor, zeros } from 'blasgrad';
import { legalCalls, mask, matrix, unit, vector, type Row } from './call';

const functions = [
  ...['abs', 'neg', 'sign', 'ceil', 'floor', 'trunc', 'square', 'sqrt', 'rsqrt'],
  ...['reciprocal', 'exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'sin', 'cos', 'tan'],
  ...['asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'sigmoid', 'erf', 'erfc', 'relu'],
];
const whole = ['bitwiseAnd', 'bitwiseOr', 'bitwiseXor', 'bitwiseLeftShift', 'bitwiseRightShift'];
const binary = [
  ...['mul', 'pow', 'atan2', 'fmod', 'remainder', 'floorDivide'],
  ...['maximum', 'minimum'],
];
const comparisons = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'logicalAnd', 'logicalOr', 'logicalXor'];
const reductions = ['amax', 'amin', 'any', 'all', 'max', 'min', 'argmax', 'argmin'];
const conversions = ['half', 'bfloat16', 'float', 'double', 'int', 'long', 'byte', 'bool'];

const x = matrix;
const index = () => tensor([0, 1], { dtype: 'int32' });
const places = () => tensor([[0], [1]], { dtype: 'int32' });
const named = (names: readonly string[], args: () => unknown[], traits = {}): Row[] =>
  names.map((name) => [`Tensor.${name}`, args, traits]);
const both = (names: readonly string[]): string[] => names.flatMap((name) => [name, `${name}_`]);
const keepdim = { options: () => ({ keepdim: true }) };
const generator = { options: () => ({ generator: new Generator(1) }) };

const rows: Row[] = [
  ...named(both(functions), () => [x()]),
  ...named(both(['round']), () => [x()], { options: () => ({ decimals: 1 }) }),
  ...named(both(['add', 'sub']), () => [x(), vector()], { options: () => ({ alpha: 2 }) }),
  ...named(both(['div']), () => [x(), vector()], { options: () => ({ roundingMode: 'floor' }) }),
  ...named(['sum', 'mean', 'prod'], () => [x(), 1], { options: () => ({ dtype: 'float64' }) }),
  ...named(both(['bitwiseNot']), () => [x('int32')]),
  ...named(['logicalNot', 'isnan', 'isinf', 'isfinite'], () => [x()]),
  ...named(both(binary), () => [x(), vector()]),
  ...named(both(whole), () => [x('int32'), vector('int32')]),
  ...named(comparisons, () => [x(), vector()]),
  ...named(reductions, () => [x(), 1], keepdim),
  ...named(conversions, () => [x()]),
  ...named(
    ['numel', 'isContiguous', 'item', 'toArray', 'toJSON', 'detach', 'toTransferable'],
    () => [tensor([1])],
  ),
  ...named(['retainGrad'], () => [zeros(1, { requiresGrad: true }).mul(2)]),
  ...named(['clone', 'contiguous', 'zero_', 'T', 't'].filter((name) => name !== 'T'), () => [x()]), // prettier-ignore
  ['Tensor.nonzero', () => [x()], { options: () => ({ asTuple: true }) }],
  ['Tensor.size', () => [x(), 0]],
  ['Tensor.requiresGrad_', () => [x(), true]],
  ['Tensor.where', () => [x(), mask(), vector()]],
  ['Tensor.maskedFill', () => [x(), mask(), 0]],
  ['Tensor.clamp', () => [x(), { min: 0, max: 1 }]],
  ['Tensor.lerp', () => [x(), vector(), 0.5]],
  ['Tensor.to', () => [x(), 'float64'], { options: () => ({ copy: true }) }],
  ['Tensor.copy_', () => [x(), vector()]],
  ['Tensor.fill_', () => [x(), 1]],
  ['Tensor.reshape', () => [x(), 3, 2], { variadic: true }],
  ['Tensor.view', () => [x(), 3, 2], { variadic: true }],
  ['Tensor.permute', () => [x(), 1, 0], { variadic: true }],
  ['Tensor.expand', () => [x(), 2, 2, 3], { variadic: true }],
  ['Tensor.repeat', () => [x(), 2, 1], { variadic: true }],
  ['Tensor.tile', () => [x(), 2, 1], { variadic: true }],
  ['Tensor.flip', () => [x(), 0, 1], { variadic: true }],
  ['Tensor.sumToSize', () => [x(), [1, 3]]],
  ['Tensor.transpose', () => [x(), 0, 1]],
  ['Tensor.movedim', () => [x(), 0, 1]],
  ['Tensor.squeeze', () => [x(), 0]],
  ['Tensor.unsqueeze', () => [x(), 0]],
  ['Tensor.expandAs', () => [vector(), x()]],
  ['Tensor.flatten', () => [x(), 0, 1]],
  ['Tensor.unflatten', () => [x(), 1, [3, 1]]],
  ['Tensor.narrow', () => [x(), 1, 0, 2]],
  ['Tensor.select', () => [x(), 0, 1]],
  ['Tensor.slice', () => [x(), 0, 0, 2, 1]],
  ['Tensor.gather', () => [x(), 1, places()]],
  ['Tensor.scatter', () => [x(), 1, places(), 1], { options: () => ({ reduce: 'add' }) }],
  ['Tensor.scatter_', () => [x(), 1, places(), 1], { options: () => ({ reduce: 'add' }) }],
  ['Tensor.scatterAdd', () => [x(), 1, places(), zeros(2, 1)]],
  ['Tensor.scatterAdd_', () => [x(), 1, places(), zeros(2, 1)]],
  ['Tensor.indexSelect', () => [x(), 1, index()]],
  ['Tensor.indexAdd', () => [x(), 0, index(), x()], { options: () => ({ alpha: 2 }) }],
  ['Tensor.split', () => [x(), 1, 1]],
  ['Tensor.chunk', () => [x(), 2, 0]],
  ['Tensor.unbind', () => [x(), 0]],
  ['Tensor.roll', () => [x(), 1, 0]],
  ['Tensor.tril', () => [x(), 0]],
  ['Tensor.triu', () => [x(), 0]],
  ['Tensor.sort', () => [x(), 1], { options: () => ({ descending: true }) }],
  ['Tensor.argsort', () => [x(), 1], { options: () => ({ descending: true }) }],
  ['Tensor.topk', () => [x(), 2, 1], { options: () => ({ largest: false }) }],
  ['Tensor.maskedSelect', () => [x(), mask()]],
  ['Tensor.maskedScatter', () => [x(), mask(), x()]],
  ['Tensor.take', () => [x(), index()]],
  ['Tensor.index', () => [x(), [0, index()]]],
  ['Tensor.indexPut_', () => [x(), [0, index()], 1], { options: () => ({ accumulate: true }) }],
  ['Tensor.diagonal', () => [x(), 0, 0, 1]],
  ['Tensor.diag', () => [x(), 0]],
  ['Tensor.cumsum', () => [x(), 1], { options: () => ({ dtype: 'float64' }) }],
  ['Tensor.logsumexp', () => [x(), 1], keepdim],
  ['Tensor.softmax', () => [x(), 1], { options: () => ({ dtype: 'float64' }) }],
  ['Tensor.logSoftmax', () => [x(), 1], { options: () => ({ dtype: 'float64' }) }],
  ['Tensor.var', () => [x(), 1], { options: () => ({ correction: 0 }) }],
  ['Tensor.std', () => [x(), 1], { options: () => ({ correction: 0 }) }],
  ['Tensor.norm', () => [x()], { options: () => ({ p: 1 }) }],
  ['Tensor.matmul', () => [x(), x().T]],
  ['Tensor.mm', () => [x(), x().T]],
  ['Tensor.bmm', () => [x().unsqueeze(0), x().T.unsqueeze(0)]],
  ['Tensor.mv', () => [x(), vector()]],
  ['Tensor.dot', () => [vector(), vector()]],
  ['Tensor.outer', () => [vector(), vector()]],
  ['Tensor.uniform_', () => [x(), 0, 1], generator],
  ['Tensor.normal_', () => [x(), 0, 1], generator],
  ['Tensor.bernoulli_', () => [x(), 0.5], generator],
  ['Tensor.bernoulli', () => [unit()], generator],
  [
    'Tensor.backward',
    () => [zeros(2, { requiresGrad: true }).mul(2), zeros(2)],
    { options: () => ({ retainGraph: true }) },
  ],
  ['Tensor.registerHook', () => [zeros(2, { requiresGrad: true }), () => undefined]],
];

export const tensorMethods = legalCalls(rows);
