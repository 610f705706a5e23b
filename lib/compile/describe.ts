/** Programs as text. */
import type { ProgramDescription, RecordedOperand } from '../../binding';
import type { Program } from './program';

type Place = Pick<RecordedOperand, 'kind' | 'number' | 'offset'>;

const letters = {
  absent: '-',
  unused: 'u',
  input: 'in',
  temporary: 't',
  constant: 'c',
  gradient: 'grad',
  external: 'm',
} as const;

function placeText({ kind, number, offset }: Place): string {
  if (kind === 'absent') return '-';
  return `${letters[kind]}${number}${offset > 0 ? `+${offset}` : ''}`;
}

function sizeText(bytes: number): string {
  if (bytes < 10_000) return `${bytes} B`;
  return bytes < 10_000_000 ? `${(bytes / 1e3).toFixed(0)} KB` : `${(bytes / 1e6).toFixed(0)} MB`;
}

function callText(call: ProgramDescription['calls'][number]): string {
  const read = call.operands.filter((operand) => operand.read).map(placeText);
  const written = call.operands.filter((operand) => operand.written && operand.kind !== 'absent');
  const attrs = Object.entries(call.attrs).map(([name, value]) => `${name}=${value}`);
  const results = written.map(
    (operand) => `${placeText(operand)}: ${operand.dtype} ${sizeText(operand.bytes)}`,
  );
  return `${call.op}(${[...read, ...attrs].join(', ')}) -> ${results.join(', ')}`;
}

function programText(program: Program): string {
  const described = program.native.describe();
  if (described === null) return '';
  const width = String(described.calls.length).length;
  const lines = described.calls.map(
    (call, i) => `  ${String(i).padStart(width)}  ${callText(call)}`,
  );
  const { arenaBytes, temporaryBytes, constantBytes } = described;
  return [
    `program ${program.signature}`,
    ...lines,
    `  returns ${described.outputs.map(placeText).join(', ') || 'nothing'}`,
    `  arena ${sizeText(arenaBytes)} for ${sizeText(temporaryBytes)} of temporaries, ` +
      `constants ${sizeText(constantBytes)}`,
  ].join('\n');
}

/**
 * All programs, one native call per line: in = input, t = temporary, c = constant, m = external memory, grad =
 * gradient.
 */
export function describePrograms(name: string, programs: readonly Program[]): string {
  const title = `compiled ${name === '' ? 'function' : name}`;
  if (programs.length === 0) return `${title}: no program yet`;
  return [`${title}:`, ...programs.map(programText)].join('\n');
}
