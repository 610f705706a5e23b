/** Functions and their gradients compared with PyTorch's numbers. */
import { readGolden } from '../support/golden';
import { checkOp, type OpLine } from '../support/goldenOps';

describe.each(['float64', 'float32'] as const)('%s', (precision) => {
  test.each(readGolden<OpLine>('ops').map((line) => [line.id, line] as const))(
    '%s',
    (_id, line) => {
      checkOp(line, precision);
    },
  );
});
