/** Output of the examples: titles, tables, and differences between results. */
import type { Tensor } from 'blasgrad';

/** Prints a title. */
export function title(text: string): void {
  console.log(`\n${text}\n${'-'.repeat(text.length)}`);
}

/** Prints a table. Columns are right-aligned, except a first column of words. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): void {
  const lines = [heads, ...rows].map((row) => row.map(String));
  const widths = heads.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const words = rows.some(([first]) => Number.isNaN(Number(first)));
  for (const line of lines) {
    const cells = line.map((cell, i) =>
      i === 0 && words ? cell.padEnd(widths[i]) : cell.padStart(widths[i]),
    );
    console.log(`  ${cells.join('  ')}`.trimEnd());
  }
}

/** The values of a tensor in order. */
export function numbers(tensor: Tensor): number[] {
  return tensor.flatten().toArray() as number[];
}

/** The values of a tensor in order, with this number of decimal places. */
export function decimals(tensor: Tensor, places = 4): string[] {
  return numbers(tensor).map((value) => value.toFixed(places));
}

/** A small number: `2.2e-16`, or `0`. */
export function tiny(value: number): string {
  return value === 0 ? '0' : value.toExponential(1);
}

/** A shape as text: `10 x 2`. */
export function sizes(tensor: Tensor): string {
  return tensor.shape.join(' x ');
}

/** The largest difference between the elements of two tensors. */
export function distance(a: Tensor, b: Tensor): number {
  return a.sub(b).abs().max().item();
}
