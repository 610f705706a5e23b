/** Mutated CSV files end in a table or in one clear error, read as bytes, as a stream in small pieces, and as text. */
import { data } from 'blasgrad';
import { times } from '../../support/full';

const seeds = [
  'age,city,height\n31,Rome,1.8\n45,"Oslo, ""N""",1.65\n7,Rome,NA\n-3,,1e3\n',
  'a;b;c\n1,5;x;2024-01-02\n2.000,5;"y\n z";2024-02-30\n;;\n',
  '# note\nid,flag\n9007199254740993,true\n1,False\n,\n',
  'x\r\n1\r\n2\r\n""\r\n3',
  '\ufeffé\tb\n😀\t1\n\t-0.5e-3\n',
];
const pieces = [
  ...['"', '""', ',', ';', '\t', '\n', '\r', '\r\n', '\0', ' ', '#', 'NA', '1e999', '-', '.', '$5'],
  ...['1,000', 'True', '\u00e9', '\ufeff', '9'.repeat(30), '\u2028', 'x'.repeat(200)],
];
const options: Parameters<typeof data.parseCsv>[1][] = [
  {},
  { delimiter: 'auto' },
  { delimiter: ';', decimal: ',', thousands: '.', onBadNumber: 'missing' },
  { comment: '#', quote: false, header: false },
  { onMissing: 'drop', onBadNumber: 'category', skipLines: 1, maxRows: 3 },
  { quote: "''", delimiter: '::', trim: false, maxLineBytes: 64 },
];

/** Numbers below 2^32 (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) % below;
  };
}

function mutated(random: (below: number) => number): Buffer {
  let bytes = Buffer.from(seeds[random(seeds.length)]);
  for (let i = 1 + random(4); i > 0; i--) {
    const at = random(bytes.length + 1);
    const end = Math.min(bytes.length, at + random(8));
    const way = random(4);
    const put =
      way === 0 ? Buffer.of(random(256))
      : way === 1 ? bytes.subarray(random(bytes.length + 1)).subarray(0, 40)
      : Buffer.from(pieces[random(pieces.length)]); // prettier-ignore
    bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(way === 3 ? end : at)]);
  }
  return bytes;
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size)); // prettier-ignore
}

/** What reading ends in: the table as text, or the error, which must be of the reader. */
async function outcome(read: () => Promise<data.Table> | data.Table): Promise<string> {
  try {
    const table = await read();
    for (const name of table.names) expect(table.values(name)).toHaveLength(table.length);
    return `${table.names.map((name) => `${name}: ${table.kind(name)}`).join()}\n${String(table)}`;
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    const { message } = error as Error;
    expect(message).toMatch(/^(readCsv|parseCsv): (the \w+: )?expected [^]+, got /);
    return message.replace(/^\w+/, '').replace(/the (bytes|stream|text)/g, 'it');
  }
}

test('mutated files', async () => {
  const files = times(20_000, 2_000, 'mutated CSV files');
  let tables = 0;
  for (let i = 0; i < files; i++) {
    const random = randomOf(i);
    const bytes = mutated(random);
    const option = options[random(options.length)];
    const whole = await outcome(() => data.readCsv(bytes, option));
    if (!whole.startsWith(':')) tables++;
    if (i % 4 > 0) continue;
    const stream = (): AsyncIterable<Buffer> => inPieces(bytes, 1 + random(7));
    const inParts = await outcome(() => data.readCsv(stream(), option));
    if (option?.maxLineBytes === undefined && option?.delimiter !== 'auto')
      expect(inParts).toBe(whole);
    await outcome(() => data.parseCsv(bytes.toString(), option));
  }
  expect(tables).toBeGreaterThan(files / 10);
  expect(tables).toBeLessThan(files);
}, 300_000);
