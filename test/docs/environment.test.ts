/** docs/environment-variables.md lists the environment variables that the code reads, and no others. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, textOf } from './pages';

const folders = ['lib', 'native', 'scripts', 'bench', 'examples', 'test'];
const files = folders
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(folder, file),
    ),
  )
  .filter((file) => /\.([mc]?ts|[mc]js|cc|h|py)$/.test(file) && !file.includes('node_modules'));
const cmake = readFileSync(join(root, 'CMakeLists.txt'), 'utf8');

/** Variables of the shell, of npm and of other programs, which the library does not define. */
const general = new Set(['PATH', 'TMPDIR', 'npm_execpath']);
/** Options of CMake, which look the same in scripts. */
const options = new Set([...cmake.matchAll(/^ *(?:set|option)\((\w+)/gm)].map(([, name]) => name));

const reads = [
  /process\.env\.(\w+)/g,
  /process\.env\['(\w+)'\]/g,
  /getenv\("(\w+)"/g,
  /environ(?:\.get\(|\[)'(\w+)'/g,
];
/** Names in lists and in environments of child processes. */
const named =
  /['"]?\b((?:BLASGRAD|OPENBLAS|MALLOC|HWY)_[A-Z0-9_]+|GLIBC_TUNABLES|ONEDNN_MAX_CPU_ISA|MKL_ENABLE_INSTRUCTIONS|ATEN_CPU_CAPABILITY|[A-Z]+_NUM_THREADS|C[CX]+FLAGS|LDFLAGS|CCACHE_\w+)\b/g;

function variablesIn(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const code = text.replace(/^\s*(?:\/\/|\*|#).*$/gm, '');
  const isNative = /\.(cc|h)$/.test(file);
  // A quoted name only: the others are macros.
  const names = isNative
    ? [/"((?:BLASGRAD|OPENBLAS|MALLOC)_[A-Z0-9_]+|GLIBC_TUNABLES)"/g]
    : [named];
  return [...reads, ...names].flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, name]) => name),
  );
}

const used = new Set(
  [...files.flatMap(variablesIn), ...[...cmake.matchAll(/\$ENV\{(\w+)\}/g)].map(([, name]) => name)]
    .filter((name) => !general.has(name))
    .filter((name) => !options.has(name) || /_ROOT$/.test(name)),
);
const page = textOf('docs/environment-variables.md');
const listed = new Set([...page.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name]) => name));

test('every variable that the code reads is on the page', () => {
  expect(used.size).toBeGreaterThan(15);
  expect([...used].filter((name) => !listed.has(name)).sort()).toEqual([]);
});

test('every variable on the page is in the code', () => {
  const values = ['AVX3', 'AVX2', 'SSE4'];
  expect([...listed].filter((name) => !used.has(name) && !values.includes(name))).toEqual([]);
});
