/** A node of an imported graph: operators read their attributes from it. */
import type { FloatingDType } from '../../../core/dtype';
import { attributeTypes, type Message } from '../schema';
import type { Datum } from './datum';
import { Refused } from './elements';
import { readTensor } from './tensor';

/** Runs a node with its inputs; null for one that is omitted. */
export type Run = (inputs: readonly (Datum | null)[]) => Datum | readonly Datum[];

/** Reads a node's attributes, and returns the function that runs it; throws `Refused` for what is not supported. */
export type Operator = (node: GraphNode) => Run;

type AttributeProto = Message<'AttributeProto'>;

export class GraphNode {
  private readonly attributes = new Map<string, AttributeProto>();
  private readonly known = new Set<string>();
  private readonly refused: string[] = [];

  constructor(
    readonly proto: Message<'NodeProto'>,
    /** The version of the default operator set. */
    readonly opset: number,
    /** The dtype that floating numbers get in place of their own, or null. */
    readonly floating: FloatingDType | null,
  ) {
    for (const one of proto.attribute) {
      if (this.attributes.has(one.name)) throw new Refused(`${this.type} with ${one.name} twice`);
      this.attributes.set(one.name, one);
    }
  }

  get type(): string {
    return this.proto.opType;
  }

  /** The number of outputs, without omitted ones at the end. */
  get outputs(): number {
    return this.proto.output.findLastIndex((name) => name !== '') + 1;
  }

  has(name: string): boolean {
    return this.attributes.has(name);
  }

  private get(name: string, type: keyof typeof attributeTypes): AttributeProto | null {
    this.known.add(name);
    const found = this.attributes.get(name);
    if (found === undefined) return null;
    if (found.type !== attributeTypes[type])
      throw new Refused(`${this.type} with a ${name} that is no ${type}`);
    return found;
  }

  float(name: string, missing: number): number {
    return this.get(name, 'float')?.f ?? missing;
  }

  int(name: string, missing: number): number {
    return this.get(name, 'int')?.i ?? missing;
  }

  ints(name: string): readonly number[] | null {
    return this.get(name, 'ints')?.ints ?? null;
  }

  floats(name: string): readonly number[] | null {
    return this.get(name, 'floats')?.floats ?? null;
  }

  string(name: string, missing: string): string {
    const found = this.get(name, 'string');
    return found === null ? missing : new TextDecoder().decode(found.s);
  }

  tensor(name: string): Datum | null {
    const found = this.get(name, 'tensor');
    if (found === null) return null;
    if (found.t === undefined) throw new Refused(`${this.type} with a ${name} without a tensor`);
    return readTensor(found.t, `${name} of ${this.type}`, this.floating);
  }

  /** An attribute for which only the default value is supported. */
  only(name: string, value: number | string): void {
    const actual = typeof value === 'number' ? this.int(name, value) : this.string(name, value);
    if (actual !== value) this.refused.push(`${this.type} with ${name} ${actual}`);
  }

  /** Attributes that have no effect here. */
  ignore(...names: string[]): void {
    for (const name of names) this.known.add(name);
  }

  /** What is not supported: values that `only` refused, and attributes that were not read. */
  problems(): readonly string[] {
    const unknown = [...this.attributes.keys()].filter((name) => !this.known.has(name));
    const rest = unknown.length > 0 ? [`${this.type} with ${unknown.join(', ')}`] : [];
    return [...this.refused, ...rest];
  }
}
