/** A node of an imported graph, as the operators look at it while the graph is read. */
import { attributeTypes, type Message } from '../schema';
import type { Datum } from './datum';
import { Refused } from './elements';
import { readTensor } from './tensor';

/** Runs a node: its inputs, null where one is left out. */
export type Run = (inputs: readonly (Datum | null)[]) => Datum | readonly Datum[];

/** Reads a node's attributes, and says how it runs; throws `Refused` for what is not supported. */
export type Operator = (node: GraphNode) => Run;

type AttributeProto = Message<'AttributeProto'>;

export class GraphNode {
  private readonly attributes = new Map<string, AttributeProto>();
  private readonly known = new Set<string>();
  private readonly refused: string[] = [];

  constructor(
    readonly proto: Message<'NodeProto'>,
    /** Of the operators' own domain. */
    readonly opset: number,
  ) {
    for (const one of proto.attribute) {
      if (this.attributes.has(one.name)) throw new Refused(`${this.type} with ${one.name} twice`);
      this.attributes.set(one.name, one);
    }
  }

  get type(): string {
    return this.proto.opType;
  }

  /** How many outputs somebody may use. */
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
    return readTensor(found.t, `${name} of ${this.type}`);
  }

  /** An attribute that may only have the value that it has when it is missing. */
  only(name: string, value: number | string): void {
    const actual = typeof value === 'number' ? this.int(name, value) : this.string(name, value);
    if (actual !== value) this.refused.push(`${this.type} with ${name} ${actual}`);
  }

  /** Attributes that make no difference here. */
  ignore(...names: string[]): void {
    for (const name of names) this.known.add(name);
  }

  /** What is not supported: values that `only` refused, and attributes that nobody asked for. */
  problems(): readonly string[] {
    const unknown = [...this.attributes.keys()].filter((name) => !this.known.has(name));
    const rest = unknown.length > 0 ? [`${this.type} with ${unknown.join(', ')}`] : [];
    return [...this.refused, ...rest];
  }
}
