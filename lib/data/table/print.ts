/** Tables as text and as HTML: the first and last rows and columns. */
import { isFloatingType, isMissing, isNumbers, numberOf, textOf, type Column } from './column';

/** Above so many rows only the first and last ones are shown, as pandas does. */
const mostRows = 60;
const edgeRows = 5;
const mostColumns = 20;
const mostCharacters = 40;
const significant = 6;

interface Shown {
  readonly name: string;
  readonly right: boolean;
  readonly cells: readonly string[];
}

/** A column between the first and the last ones. */
const leftOut = (count: number): Shown => ({
  name: '...',
  right: false,
  cells: Array<string>(count).fill('...'),
});

function shownOf(columns: ReadonlyMap<string, Column>, length: number): Shown[] {
  const all = [...Array(Math.min(length, mostRows + 1)).keys()];
  const last = (i: number): number => length - edgeRows + i;
  const edge = [...Array(edgeRows).keys()];
  const rows = length <= mostRows ? all : [...edge, ...edge.map(last)];
  const entries = [...columns];
  const half = mostColumns / 2;
  const few = entries.length <= mostColumns;
  const list = few ? entries : [...entries.slice(0, half), ...entries.slice(-half)];
  const shown = list.map(([name, column]): Shown => {
    const cells = cellsOf(column, rows).map(printable);
    if (length > mostRows) cells.splice(edgeRows, 0, '...');
    return { name: printable(name), right: isNumbers(column), cells };
  });
  if (!few) shown.splice(half, 0, leftOut(shown[0].cells.length));
  const numbers = rows.map(String);
  if (length > mostRows) numbers.splice(edgeRows, 0, '...');
  return [{ name: '', right: false, cells: numbers }, ...shown];
}

/** Texts of cells: numbers with the same decimals, six significant digits in all. */
function cellsOf(column: Column, rows: readonly number[]): string[] {
  if (!isFloatingType(column.type)) return rows.map((i) => textOf(column, i) ?? 'null');
  const texts = rows.map((i) => {
    return isMissing(column, i)
      ? 'null'
      : String(Number(numberOf(column, i).toPrecision(significant)));
  });
  if (texts.some((text) => text.includes('e'))) return texts;
  const decimals = Math.max(0, ...texts.map((text) => text.split('.')[1]?.length ?? 0));
  return texts.map((text) => (/\d/.test(text) ? Number(text).toFixed(decimals) : text));
}

/** On one line, without control characters, and not too long. */
function printable(text: string): string {
  const line = text.slice(0, mostCharacters + 1).replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, visible);
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters - 3)}...` : line;
}

function visible(character: string): string {
  if (character === '\n') return '\\n';
  return character === '\t' ? '\\t' : character === '\r' ? '\\r' : '?';
}

function sizeText(columns: ReadonlyMap<string, Column>, length: number): string {
  const plural = (count: number, what: string): string =>
    `${count} ${what}${count === 1 ? '' : 's'}`;
  return `[${plural(length, 'row')} x ${plural(columns.size, 'column')}]`;
}

/** Columns side by side, and the number of rows and columns. */
export function tableText(columns: ReadonlyMap<string, Column>, length: number): string {
  const shown = shownOf(columns, length);
  const lines: string[] = Array<string>(shown[0].cells.length + 1).fill('');
  shown.forEach(({ name, right, cells }, j) => {
    const texts = [name, ...cells];
    const width = Math.max(...texts.map((text) => text.length));
    texts.forEach((text, i) => {
      const cell = right ? text.padStart(width) : text.padEnd(width);
      lines[i] += j === 0 ? cell : `  ${cell}`;
    });
  });
  return [...lines.map((line) => line.trimEnd()), sizeText(columns, length)].join('\n');
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => escapes[character]);
}

/** The same as an HTML table. */
export function tableHtml(columns: ReadonlyMap<string, Column>, length: number): string {
  const shown = shownOf(columns, length);
  const row = (cells: readonly string[]): string => `<tr>${cells.join('')}</tr>`;
  const head = row(shown.map(({ name }) => `<th>${escaped(name)}</th>`));
  const body = shown[0].cells.map((_, i) =>
    row(
      shown.map(({ right, cells }, j) => {
        const text = escaped(cells[i]);
        if (j === 0) return `<th>${text}</th>`;
        return right ? `<td style="text-align: right">${text}</td>` : `<td>${text}</td>`;
      }),
    ),
  );
  return `<table><thead>${head}</thead><tbody>${body.join('')}</tbody></table><p>${sizeText(columns, length)}</p>`;
}
