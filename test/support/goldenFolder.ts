/** Tests all cases of a folder of `test/golden` whose functions and layers the library has. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as library from 'blasgrad';
import { readGolden } from './golden';
import { checkModule, type ModuleLine } from './goldenModules';
import { checkOp, type OpLine } from './goldenOps';

type Line = OpLine | ModuleLine;

/** The public names that the case needs. */
function namesOf(line: Line): string[] {
  if ('call' in line) return [line.call];
  return line.packed === undefined
    ? [line.module]
    : [line.module, 'nn.utils.rnn.packPaddedSequence'];
}

const exists = (name: string): boolean =>
  name.split('.').reduce<unknown>((owner, key) => Reflect.get(owner as object, key), library) !==
  undefined;

/** `missing`: the names that the folder has cases for and that the library does not have yet. */
export function testGoldenFolder(folder: string, missing: readonly string[]): void {
  const families = readdirSync(join(__dirname, '..', 'golden', folder))
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => file.replace('.jsonl', ''))
    .map((family) => [family, readGolden<Line>(`${folder}/${family}`)] as const);

  test('missing.ts names exactly what the library does not have', () => {
    const names = new Set(families.flatMap(([, lines]) => lines.flatMap(namesOf)));
    expect([...missing].sort()).toEqual([...names].filter((name) => !exists(name)).sort());
  });

  const present = families
    .map(
      ([family, lines]) => [family, lines.filter((line) => namesOf(line).every(exists))] as const,
    )
    .filter(([, lines]) => lines.length > 0);
  if (present.length === 0) return;

  describe.each(present)('%s', (_family, lines) => {
    describe.each(['float64', 'float32'] as const)('%s', (precision) => {
      test.each(lines.map((line) => [line.id, line] as const))('%s', (_id, line) => {
        if ('call' in line) checkOp(line, precision);
        else checkModule(line, precision);
      });
    });
  });
}
