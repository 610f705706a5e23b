/** Modules and their gradients compared with PyTorch's numbers. */
import { readGolden } from '../support/golden';
import { checkModule, type ModuleLine } from '../support/goldenModules';

describe.each(['float64', 'float32'] as const)('%s', (precision) => {
  test.each(readGolden<ModuleLine>('modules').map((line) => [line.id, line] as const))(
    '%s',
    (_id, line) => {
      checkModule(line, precision);
    },
  );
});
