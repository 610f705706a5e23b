/** Draws digits in the terminal. */
import { side } from './digits';

export interface Drawing {
  /** 784 grey values from 0 to 255. */
  readonly image: Uint8Array;
  readonly prediction: number;
  readonly label: number;
}

// The outer two pixels of an image are almost always empty.
const margin = 2;
const width = side - 2 * margin;
const gap = 2;
const shades = ' .:-=+*#%@';

/** The number of digits that fit side by side in this many characters, at most five. */
export function drawingsPerRow(columns: number): number {
  return Math.min(Math.max(Math.floor((columns + gap) / (width + gap)), 1), 5);
}

/**
 * Lines with digits side by side, above their predictions and labels. With colours, a character shows two grey pixels;
 * without, an ASCII character shows the mean of two.
 */
export function drawDigits(drawings: readonly Drawing[], colours: boolean): string[] {
  const blocks = drawings.map((one) => block(one, colours));
  return (blocks[0] ?? []).map((_, row) =>
    blocks
      .map((lines) => lines[row])
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}

function block(drawing: Drawing, colours: boolean): string[] {
  const lines: string[] = [];
  for (let row = margin; row < side - margin; row += 2) {
    let line = '';
    for (let column = margin; column < side - margin; column++) {
      const upper = drawing.image[row * side + column];
      const lower = drawing.image[(row + 1) * side + column];
      line += colours
        ? `\x1b[38;5;${grey(upper)};48;5;${grey(lower)}m▀`
        : shade((upper + lower) / 2);
    }
    lines.push(colours ? `${line}\x1b[0m` : line);
  }
  return [...lines, caption(drawing, colours)];
}

function caption({ prediction, label }: Drawing, colours: boolean): string {
  const right = prediction === label;
  const text =
    `prediction ${prediction}, label ${label}${right ? '' : colours ? ' ✗' : ' x'}`.padEnd(width);
  return colours ? `\x1b[${right ? 32 : 31}m${text}\x1b[0m` : text;
}

/** One of the 24 greys of a terminal's 256 colours. */
function grey(value: number): number {
  return 232 + Math.round((value / 255) * 23);
}

function shade(value: number): string {
  return shades[Math.round((value / 255) * (shades.length - 1))];
}
