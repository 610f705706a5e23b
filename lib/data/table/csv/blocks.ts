/** Values of a column while a file is read, in blocks: an array that grows is copied completely, again and again. */
import { newArray, type NumberDType, type TypedArray } from '../../../core/dtype';
import { copyElements, readElement, writeElement, type Element } from '../../../core/element';

const blockLength = 1 << 16;

export class Blocks {
  private readonly full: TypedArray[] = [];
  private block: TypedArray;
  private used = 0;

  constructor(readonly dtype: NumberDType) {
    this.block = newArray(dtype, 16);
  }

  /** Adds a number to blocks of a dtype whose memory holds numbers. */
  push(value: number): void {
    if (this.used === this.block.length) this.grow();
    this.block[this.used++] = value;
  }

  /** Adds a value that the dtype holds. */
  pushElement(value: Element): void {
    if (this.used === this.block.length) this.grow();
    writeElement(this.dtype, this.block, this.used++, value);
  }

  private grow(): void {
    this.full.push(this.block);
    this.block = newArray(this.dtype, Math.min(2 * this.used, blockLength));
    this.used = 0;
  }

  get length(): number {
    return this.full.reduce((sum, { length }) => sum + length, this.used);
  }

  /** All values as one array; the blocks are then empty. */
  join(): TypedArray {
    const values = newArray(this.dtype, this.length);
    let offset = 0;
    for (const block of this.full) {
      copyElements(values, block, offset);
      offset += block.length;
    }
    copyElements(values, this.block.subarray(0, this.used), offset);
    this.full.length = 0;
    this.used = 0;
    this.block = newArray(this.dtype, 0);
    return values;
  }

  /** The values in blocks of another dtype. */
  convert(dtype: NumberDType, change: (value: Element) => Element): Blocks {
    const converted = new Blocks(dtype);
    for (const block of [...this.full, this.block.subarray(0, this.used)]) {
      for (let i = 0; i < block.length; i++) {
        converted.pushElement(change(readElement(this.dtype, block, i)));
      }
    }
    return converted;
  }
}
