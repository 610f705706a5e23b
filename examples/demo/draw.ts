/** Digits drawn in the terminal. */
import { side } from './digits';

export interface Drawing {
  /** 784 grey values from 0 to 255. */
  readonly image: Uint8Array;
  readonly prediction: number;
  readonly label: number;
}

// Digits lie in the middle of their image: almost no ink is in the outer two pixels.
const margin = 2;
const width = side - 2 * margin;
const gap = 2;
const shades = ' .:-=+*#%@';

/** How many digits stand side by side in a terminal so many characters wide, at most five. */
export function drawingsPerRow(columns: number): number {
  return Math.min(Math.max(Math.floor((columns + gap) / (width + gap)), 1), 5);
}

/**
 * Lines with the digits side by side, each above its prediction and its label.
 * With colours a character shows two pixels in grey, without them the mean of two as an ASCII character.
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
