/** Functions and layers for images compared with PyTorch's numbers; missing.ts names those that do not exist yet. */
import { readdirSync } from 'node:fs';
import * as library from 'blasgrad';
import { readGolden } from '../../support/golden';
import { checkModule, type ModuleLine } from '../../support/goldenModules';
import { checkOp, type OpLine } from '../../support/goldenOps';
import { missing } from './missing';

type Line = OpLine | ModuleLine;

const nameOf = (line: Line): string => ('call' in line ? line.call : line.module);

function exists(name: string): boolean {
  const [space, key] = name.split('.');
  return key in (library as unknown as Record<string, object>)[space];
}

const families = readdirSync(__dirname)
  .filter((file) => file.endsWith('.jsonl'))
  .map((file) => {
    const family = file.replace('.jsonl', '');
    return [family, readGolden<Line>(`images/${family}`)] as const;
  });

test('missing.ts names exactly what the library does not have', () => {
  const names = new Set(families.flatMap(([, lines]) => lines.map(nameOf)));
  expect([...missing].sort()).toEqual([...names].filter((name) => !exists(name)).sort());
});

const present = families
  .map(([family, lines]) => [family, lines.filter((line) => exists(nameOf(line)))] as const)
  .filter(([, lines]) => lines.length > 0);

if (present.length > 0) {
  describe.each(present)('%s', (_family, lines) => {
    describe.each(['float64', 'float32'] as const)('%s', (precision) => {
      test.each(lines.map((line) => [line.id, line] as const))('%s', (_id, line) => {
        if ('call' in line) checkOp(line, precision);
        else checkModule(line, precision);
      });
    });
  });
}
