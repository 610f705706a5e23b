/**
 * Decodes ONNX messages with the table of their fields and the protobuf library's reader of the wire format. The
 * library's own messages take up to 200 times the bytes of a file of tiny messages; here memory is counted before it is
 * allocated.
 */
import type { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { wire } from './protobuf';
import { messages, type Field, type Message, type MessageName } from './schema';

/** Memory limits in bytes. Graphs with long names need 10 bytes per byte of the file, with short names 25. */
const limits = { perByte: 32, base: 1 << 20, total: 1 << 29 };
/** Bytes of memory for a message, a field, an element of a list, a string (besides its characters) and a view. */
const costs = { message: 64, field: 8, element: 24, text: 40, view: 160 };

type Decoded = Record<string, unknown>;
type NumberType = 'int32' | 'int64' | 'float' | 'double';

interface FieldPlan {
  /** The name it has in JavaScript. */
  readonly key: string;
  readonly type: string;
  readonly label: Field[2];
  readonly wireType: WireType;
}

interface Plan {
  readonly fields: ReadonlyMap<number, FieldPlan>;
  /** A message in which nothing was set. */
  readonly empty: Readonly<Decoded>;
}

/** Bytes of the fixed-size number types. */
const fixedBytes: Readonly<Record<string, number | undefined>> = { float: 4, double: 8 };
const noBytes = new Uint8Array(0);
const none: readonly never[] = [];

const plans = new Map<MessageName, Plan>();

function planOf(name: MessageName): Plan {
  const known = plans.get(name);
  if (known !== undefined) return known;
  const { Varint, Bit32, Bit64, LengthDelimited } = wire().WireType;
  const wireTypes: Readonly<Record<string, WireType | undefined>> = {
    ...{ int32: Varint, int64: Varint },
    ...{ float: Bit32, double: Bit64 },
  };
  const fields = new Map<number, FieldPlan>();
  const empty: Decoded = {};
  for (const [field, [number, type, label]] of Object.entries<Field>(messages[name])) {
    const key = field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    fields.set(number, { key, type, label, wireType: wireTypes[type] ?? LengthDelimited });
    empty[key] = label === undefined ? missing(type) : none;
  }
  const plan = { fields, empty };
  plans.set(name, plan);
  return plan;
}

function missing(type: string): unknown {
  if (isNumber(type)) return 0;
  return type === 'string' ? '' : type === 'bytes' ? noBytes : undefined;
}

function isNumber(type: string): type is NumberType {
  return ['int32', 'int64', 'float', 'double'].includes(type);
}

/** Whether the field holds int64 elements, which numbers would round. */
function isExact({ type, label }: FieldPlan): boolean {
  return type === 'int64' && label === 'packed';
}

/** Decodes a message; its byte fields are views of `bytes`. Throws if the message is invalid. */
export function decode<N extends MessageName>(name: N, bytes: Uint8Array): Message<N> {
  return new Decoder(bytes).message(name, bytes.length) as Message<N>;
}

class Decoder {
  private readonly reader: BinaryReader;
  private left: number;

  constructor(private readonly bytes: Uint8Array) {
    this.reader = new (wire().BinaryReader)(bytes);
    this.left = Math.min(limits.perByte * bytes.length + limits.base, limits.total);
  }

  /** Counts memory before it is allocated. */
  private take(bytes: number): void {
    this.left -= bytes;
    if (this.left >= 0) return;
    throw new Error('it takes too much memory for its size');
  }

  /** Reads fields up to `end`, into `before` if the message came in several parts. */
  message(name: MessageName, end: number, before?: Decoded): Decoded {
    const { reader } = this;
    const { fields, empty } = planOf(name);
    if (before === undefined) this.take(costs.message + costs.field * fields.size);
    const into = before ?? { ...empty };
    while (reader.pos < end) {
      const [number, wireType] = reader.tag();
      const field = fields.get(number);
      if (field === undefined) reader.skip(wireType, number);
      else this.field(field, wireType, into);
    }
    if (reader.pos > end) throw new Error(`${name} is truncated`);
    return into;
  }

  private field(field: FieldPlan, wireType: WireType, into: Decoded): void {
    const { key, type, label } = field;
    const isPacked = label !== undefined && isNumber(type) && wireType !== field.wireType;
    if (isPacked && wireType === wire().WireType.LengthDelimited) {
      this.packed(field, type, into);
    } else if (wireType !== field.wireType) {
      throw new Error(`expected ${type} for ${key}, got wire type ${wireType}`);
    } else if (label === undefined) {
      into[key] = this.value(type, into[key]);
    } else {
      this.listOf(key, into).push(isExact(field) ? this.long() : this.value(type, undefined));
    }
  }

  private value(type: string, before: unknown): unknown {
    const { reader } = this;
    if (isNumber(type)) return this.number(type);
    if (type === 'bytes') {
      this.take(costs.view);
      return reader.bytes();
    }
    if (type !== 'string') return this.message(type as MessageName, this.end(), before as Decoded);
    const start = reader.pos;
    const text = reader.string();
    this.take(costs.text + reader.pos - start);
    return text;
  }

  private number(type: NumberType): number {
    const value = this.reader[type]();
    return typeof value === 'number' ? value : Number(value);
  }

  private long(): bigint {
    return BigInt(this.reader.int64());
  }

  /** The end of a length-delimited field. */
  private end(): number {
    const length = this.reader.uint32();
    const end = this.reader.pos + length;
    if (end > this.bytes.length) throw new Error('premature EOF');
    return end;
  }

  /** The list of a field, to which an element will be added. */
  private listOf(key: string, into: Decoded): unknown[] {
    const list = into[key] as readonly unknown[];
    const isOwn = list !== none && Array.isArray(list);
    this.take(costs.element * (isOwn ? 1 : list.length + 1));
    return (into[key] = isOwn ? list : Array.from(list)) as unknown[];
  }

  /** Reads packed numbers, which take 8 bytes of memory each and at least one byte in the file. */
  private packed(field: FieldPlan, type: NumberType, into: Decoded): void {
    const { key, label } = field;
    const end = this.end();
    const exact = isExact(field);
    if (label !== 'packed' || into[key] !== none) {
      while (this.reader.pos < end) {
        this.listOf(key, into).push(exact ? this.long() : this.number(type));
      }
      if (this.reader.pos > end) throw new Error(`${key} is truncated`);
      return;
    }
    const count = this.countTo(end, type);
    this.take(costs.view);
    if (exact) {
      const longs = new BigInt64Array(count);
      for (let i = 0; i < count; i++) longs[i] = this.long();
      into[key] = longs;
    } else {
      const numbers = new Float64Array(count);
      for (let i = 0; i < count; i++) numbers[i] = this.number(type);
      into[key] = numbers;
    }
    if (this.reader.pos !== end) throw new Error(`${key} is truncated`);
  }

  /** Counts packed numbers: only the last byte of a varint lacks the upper bit. */
  private countTo(end: number, type: NumberType): number {
    const start = this.reader.pos;
    const size = fixedBytes[type];
    if (size !== undefined) return Math.floor((end - start) / size);
    let count = 0;
    for (let i = start; i < end; i++) if (this.bytes[i] < 128) count++;
    return count;
  }
}
