/** How the notebooks print: titles, tables, and how far two results lie apart. */
import type { Tensor } from 'blasgrad';

/** A line of its own above what follows. */
export function title(text: string): void {
  console.log(`\n${text}\n${'-'.repeat(text.length)}`);
}

/** Rows under their heads; all columns but a first one of words are right-aligned. */
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

/** The values of a tensor in order, as numbers of so many decimal places. */
export function decimals(tensor: Tensor, places = 4): string[] {
  return numbers(tensor).map((value) => value.toFixed(places));
}

/** A small number: `2.2e-16`, or `0`. */
export function tiny(value: number): string {
  return value === 0 ? '0' : value.toExponential(1);
}

/** A shape as it is spoken: `10 x 2`. */
export function sizes(tensor: Tensor): string {
  return tensor.shape.join(' x ');
}

/** The largest distance between two tensors' elements. */
export function distance(a: Tensor, b: Tensor): number {
  return a.sub(b).abs().max().item();
}
