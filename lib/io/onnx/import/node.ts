/** A node of an imported graph: operators read their attributes from it. */
import type { FloatingDType } from '../../../core/dtype';
import { attributeTypes, type Message } from '../schema';
import type { Datum } from './datum';
import { Unsupported } from './elements';
import { readTensor } from './tensor';

/** Runs a node with its inputs; omitted inputs are null. */
export type Run = (inputs: readonly (Datum | null)[]) => Datum | readonly Datum[];

/** Reads a node's attributes and returns the function that runs it; throws `Unsupported` for unknown forms. */
export type Operator = (node: GraphNode) => Run;

type AttributeProto = Message<'AttributeProto'>;

/** A node and its attributes. Each method returns the default if the attribute is missing. */
export class GraphNode {
  private readonly attributes = new Map<string, AttributeProto>();
  private readonly known = new Set<string>();
  private readonly unsupported: string[] = [];

  constructor(
    readonly proto: Message<'NodeProto'>,
    /** The version of the default operator set. */
    readonly opset: number,
    /** The dtype of floating-point numbers; null to keep that of the file. */
    readonly floating: FloatingDType | null,
  ) {
    for (const attribute of proto.attribute) {
      if (this.attributes.has(attribute.name))
        throw new Unsupported(`${this.type} with ${attribute.name} twice`);
      this.attributes.set(attribute.name, attribute);
    }
  }

  get type(): string {
    return this.proto.opType;
  }

  /** The number of outputs, without omitted outputs at the end. */
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
      throw new Unsupported(`${this.type} with ${name} that is not of type ${type}`);
    return found;
  }

  float(name: string, fallback: number): number {
    return this.get(name, 'float')?.f ?? fallback;
  }

  int(name: string, fallback: number): number {
    return this.get(name, 'int')?.i ?? fallback;
  }

  ints(name: string): readonly number[] | null {
    return this.get(name, 'ints')?.ints ?? null;
  }

  floats(name: string): readonly number[] | null {
    return this.get(name, 'floats')?.floats ?? null;
  }

  string(name: string, fallback: string): string {
    const found = this.get(name, 'string');
    return found === null ? fallback : new TextDecoder().decode(found.s);
  }

  tensor(name: string): Datum | null {
    const found = this.get(name, 'tensor');
    if (found === null) return null;
    if (found.t === undefined) throw new Unsupported(`${this.type} with an empty ${name}`);
    return readTensor(found.t, `${name} of ${this.type}`, this.floating);
  }

  /** Reports an attribute of which only the default value is supported. */
  only(name: string, value: number | string): void {
    const actual = typeof value === 'number' ? this.int(name, value) : this.string(name, value);
    if (actual !== value) this.unsupported.push(`${this.type} with ${name} ${actual}`);
  }

  /** Ignores attributes, which have no effect here. */
  ignore(...names: string[]): void {
    for (const name of names) this.known.add(name);
  }

  /** The parts that are not supported: values that `only` reported, and attributes that were not read. */
  problems(): readonly string[] {
    const unknown = [...this.attributes.keys()].filter((name) => !this.known.has(name));
    const rest = unknown.length > 0 ? [`${this.type} with ${unknown.join(', ')}`] : [];
    return [...this.unsupported, ...rest];
  }
}
