/** Both tarballs in an empty project: installed, and used from each language with each version of Node. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedProject, nodes, root, type Outcome } from './project';

const project = installedProject();
afterAll(() => project.remove());

interface Trained {
  readonly node: string;
  readonly labels: readonly number[];
  readonly loss: number;
  readonly version?: string;
  readonly libraries?: readonly string[];
}

function trained({ code, stdout, output }: Outcome): Trained {
  if (code !== 0) throw new Error(output);
  return JSON.parse(stdout) as Trained;
}

test('installs without compiler, CMake, OpenBLAS or network', () => {
  const { code, output, seconds } = project.installed;
  process.stderr.write(`installed in ${seconds.toFixed(1)} s (promised: 10 on an idle machine)\n`);
  expect([code, output]).toEqual([0, expect.stringMatching(/added \d+ packages/)]);
  expect(output).not.toMatch(/building it from source/);
  expect(seconds).toBeLessThan(30);
});

/** Compiles typed.mts against the shipped types, all of them checked. */
function compileTypes(module: string, moduleResolution: string): Outcome {
  const compilerOptions = {
    ...{ module, moduleResolution, strict: true, skipLibCheck: false },
    // What strict leaves out: declarations must be right with these as well.
    ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    ...{ noImplicitOverride: true, noPropertyAccessFromIndexSignature: true },
    ...{ target: 'ES2022', lib: ['ES2022'], outDir: 'out', rootDir: '.' },
    // Users have these by npm install @types/node.
    ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
  };
  writeFileSync(
    join(project.folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['globals.d.mts', 'typed.mts'] }),
  );
  writeFileSync(
    join(project.folder, 'globals.d.mts'),
    'declare global { var console: Console }\nexport {};\n',
  );
  return project.run([join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json']);
}

test.each([
  ['ESNext', 'bundler'],
  ['Node16', 'node16'],
  ['NodeNext', 'nodenext'],
])('tsc --strict, module %s, resolution %s', (module, resolution) => {
  const { code, output } = compileTypes(module, resolution);
  expect([code, output]).toEqual([0, '']);
});

describe.each([...nodes])('Node %i', (major, node) => {
  const learnt = (found: Trained): void => {
    expect(found).toMatchObject({
      node: expect.stringMatching(`^v${major}\\.`) as string,
      labels: [0, 1, 1, 0],
    });
    expect(found.loss).toBeLessThan(0.1);
  };

  test('CommonJS, with nothing of the system but the C library and what Node itself needs', () => {
    const found = trained(project.run(['train.cjs'], { node }));
    learnt(found);
    expect(found.version).toMatch(/^\d+\.\d+\.\d+$/);
    const libraries = found.libraries ?? [];
    expect(libraries.filter((path) => path.endsWith('.node'))).toEqual([
      join(project.folder, 'node_modules/blasgrad-linux-x64/blasgrad.node'),
    ]);
    expect(libraries.filter((path) => /openblas|hwy|gfortran|quadmath/.test(path))).toEqual([]);
  });

  test('an ES module, in a worker thread', () => {
    learnt(trained(project.run(['train.mjs'], { node })));
  });

  test('files and worker threads, whose libraries are loaded when they are needed', () => {
    const { code, stdout, output } = project.run(['files.cjs'], { node });
    if (code !== 0) throw new Error(output);
    expect(JSON.parse(stdout)).toEqual({
      same: true,
      step: 7,
      onnx: true,
      batches: [
        [0, 10, 20, 30],
        [40, 50],
      ],
    });
  });

  test('TypeScript', () => {
    learnt(trained(project.run([join('out', 'typed.mjs')], { node })));
  });

  test('blasgrad info', () => {
    const { code, stdout, output } = project.run(['node_modules/.bin/blasgrad', 'info', '--json'], {
      node,
    });
    if (code !== 0) throw new Error(output);
    const info = JSON.parse(stdout) as Record<string, unknown>;
    expect(info).toMatchObject({ blas: 'OpenBLAS', napiVersion: 8, warnings: [] });
    for (const speed of ['corePeak', 'oneThread', 'allThreads']) {
      expect(info[speed]).toBeGreaterThan(0);
    }
  });
});

describe('blasgrad', () => {
  test('npx blasgrad info prints a table', () => {
    const { code, stdout } = project.npm('exec', '--offline', '--', 'blasgrad', 'info');
    expect(code).toBe(0);
    const names = [
      'blasgrad',
      'Node',
      'BLAS',
      'SIMD target',
      'CPU',
      'CPUs',
      'CPU quota',
      'threads',
    ];
    for (const name of [...names, 'peak of one core', 'matrix product', 'warnings']) {
      expect(stdout).toMatch(new RegExp(`^${name.replace('^', '\\^')} +\\S`, 'm'));
    }
    expect(stdout).toMatch(/GFLOP\/s, \d+ % of the peak/);
  });

  test.each([
    [[], 2],
    [['infos'], 2],
    [['info', '--fast'], 2],
    [['--help'], 0],
  ])('%j is answered with the usage', (args, expected) => {
    const { code, output } = project.run(['node_modules/.bin/blasgrad', ...args]);
    expect([code, output]).toEqual([expected, expect.stringMatching(/^usage: blasgrad info/)]);
  });
});
