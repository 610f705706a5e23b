/** docs/compile.md has a remedy for every error of lib/compile and of captures. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, textOf } from './pages';

const snapshots = join(root, 'test/boundary/messages/snapshot');

/** What is computed in a message, `${...}` and `<actual>`, and its alternatives, `{...|...}`, become `...`. */
const plain = (text: string): string =>
  text
    .replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}|<actual>/g, '...')
    .replace(/\{[^{}]*\|[^{}]*\}/g, '...');

/** The messages in a snapshot: lines that begin with a class of errors, or make an ArgumentError in C++. */
function messagesIn(name: string, file = ''): string[] {
  const sections = readFileSync(join(snapshots, name), 'utf8').split('\n\n');
  const lines = sections.filter((one) => one.startsWith(file)).flatMap((one) => one.split('\n'));
  return lines
    .filter((line) => /^ {2}(?:\w*Error |(?:ArgumentError|Expected)\()/.test(line))
    .map(plain);
}

const [, section] = textOf('docs/compile.md').split('## Errors and remedies');
const fragments = [...section.matchAll(/^\| (`.*?`) +\|/gm)].flatMap(([, cell]) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text),
);

const ofCompile = [
  ...messagesIn('lib.compile.txt'),
  ...messagesIn('lib.core.txt', 'lib/core/capture.ts'),
  ...messagesIn('lib.core.txt', 'lib/core/access.ts'),
];
// Their text is another error's, or is made elsewhere.
const made = /^ {2}(DifferenceError|AbortError) \.{3}$/;

test.each(ofCompile.filter((message) => !made.test(message)))('%s', (message) => {
  expect(fragments.filter((text) => message.includes(text))).not.toEqual([]);
});

/** What messages consist of in the sources: `Expected(false, "a number", "x", ...)` is "expected a number for x, got". */
const spoken = (line: string): string => {
  const call = /Expected\(\w+, "([^"]*)", "([^"]*)"/.exec(line);
  return call === null ? plain(line) : `expected ${call[1]} for ${call[2]}, got`;
};

test('no remedy is for an error that does not exist', () => {
  const lines = readdirSync(snapshots).flatMap((name) =>
    readFileSync(join(snapshots, name), 'utf8').split('\n'),
  );
  const messages = lines.map(spoken).join('\n');
  const [before, rest] = section.split('### A difference');
  const tables = before + rest.split('### Tensors in use')[1].split('### Runs that end early')[0];
  const own = fragments.filter((text) => tables.includes(`\`${text}\``));
  expect(own.length).toBeGreaterThan(20);
  expect(own.filter((text) => !messages.includes(text))).toEqual([]);
});
