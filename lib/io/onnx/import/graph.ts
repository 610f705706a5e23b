/** Prepares an ONNX graph to run, or reports everything that is not supported. */
import { Parameter } from '../../../nn/module/parameter';
import { isFloating, type DType, type FloatingDType } from '../../../core/dtype';
import { Tensor } from '../../../core/tensor';
import type { Message } from '../schema';
import { comparisons } from './comparisons';
import type { Datum } from './datum';
import { refusal } from './file';
import { elementwise } from './elementwise';
import { dtypeOf, Refused } from './elements';
import { GraphNode, type Run } from './node';
import { reductions } from './reductions';
import { shapes } from './shapes';
import { BrokenTensor, readTensor } from './tensor';

const operators = new Map(
  Object.entries({ ...elementwise, ...comparisons, ...shapes, ...reductions }),
);
/** The supported opsets. */
const opsets = { first: 7, last: 24 };

/** An input of the graph; null for sizes that are not fixed. */
export interface Input {
  readonly name: string;
  readonly slot: number;
  readonly dtype: DType;
  readonly shape: readonly (number | null)[] | null;
}

/** A node and the slots of its inputs and outputs; -1 for one that is omitted. */
export interface Step {
  readonly run: Run;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** A graph in steps. */
export interface Plan {
  readonly inputs: readonly Input[];
  readonly outputs: readonly { readonly name: string; readonly slot: number }[];
  readonly steps: readonly Step[];
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Values that are known before the graph runs, by slot. */
  readonly fixed: ReadonlyMap<number, Datum>;
  readonly slots: number;
}

class Planner {
  private readonly slots = new Map<string, number>();
  private readonly refused = new Set<string>();
  private readonly broken: string[] = [];
  private readonly parameters = new Map<string, Parameter>();
  private readonly fixed = new Map<number, Datum>();

  constructor(
    private readonly path: string,
    private readonly graph: Message<'GraphProto'>,
    private readonly opset: number,
    private readonly floating: FloatingDType | null,
  ) {}

  /** Runs `make`, and collects its errors about unsupported or invalid parts. */
  private try<T>(make: () => T): T | null {
    try {
      return make();
    } catch (error) {
      if (error instanceof Refused) this.refused.add(error.message);
      else if (error instanceof BrokenTensor) this.broken.push(error.message);
      else throw error;
      return null;
    }
  }

  private define(name: string): number {
    if (this.slots.has(name))
      this.broken.push(`expected each name once, got '${short(name)}' twice`);
    const slot = this.slots.size;
    this.slots.set(name, slot);
    return slot;
  }

  private use(name: string): number {
    if (name === '') return -1;
    const slot = this.slots.get(name);
    if (slot !== undefined) return slot;
    this.broken.push(`expected nodes in order, got '${short(name)}' before anything makes it`);
    return -1;
  }

  private initializers(): void {
    for (const proto of this.graph.initializer) {
      const { name } = proto;
      const slot = this.define(name);
      const value = this.try(() => readTensor(proto, `'${short(name)}'`, this.floating));
      if (value === null) continue;
      if (value instanceof Tensor && isFloating(value.dtype)) {
        const parameter = new Parameter(value);
        this.parameters.set(name, parameter);
        this.fixed.set(slot, parameter);
      } else {
        this.fixed.set(slot, value);
      }
    }
    if (this.graph.sparseInitializer.length > 0) this.refused.add('sparse initializers');
  }

  private inputs(): Input[] {
    // Older files list the initializers among the inputs.
    const inputs = this.graph.input.filter(({ name }) => !this.slots.has(name));
    return inputs.flatMap(({ name, type }) => {
      const slot = this.define(name);
      const tensor = type?.tensorType;
      const what = `input '${short(name)}'`;
      const dtype = this.try(() => {
        if (tensor === undefined) throw new Refused(`${what}, which is no tensor`);
        return dtypeOf(tensor.elemType, what, this.floating);
      });
      const shape = tensor?.shape?.dim.map(({ dimValue, dimParam }) =>
        dimValue > 0 && dimParam === '' ? dimValue : null,
      );
      return dtype === null ? [] : [{ name, slot, dtype, shape: shape ?? null }];
    });
  }

  private step(proto: Message<'NodeProto'>): Step[] {
    const run = this.try(() => this.runOf(proto));
    const inputs = proto.input.map((name) => this.use(name));
    const outputs = proto.output.map((name) => (name === '' ? -1 : this.define(name)));
    return run === null ? [] : [{ run, inputs, outputs }];
  }

  private runOf(proto: Message<'NodeProto'>): Run {
    const { opType, domain } = proto;
    const own = domain === '' || domain === 'ai.onnx';
    const operator = own ? operators.get(opType) : undefined;
    if (operator === undefined) throw new Refused(short(own ? opType : `${domain}.${opType}`));
    if (!proto.input[0] && opType !== 'Constant') {
      throw new BrokenTensor(`expected a first input of '${short(opType)}', got none`);
    }
    const node = new GraphNode(proto, this.opset, this.floating);
    const run = operator(node);
    for (const problem of node.problems()) this.refused.add(problem);
    return run;
  }

  plan(): Plan {
    if (this.opset < opsets.first || this.opset > opsets.last) {
      this.refused.add(`opset ${this.opset} (${opsets.first} to ${opsets.last} are)`);
    }
    this.initializers();
    const inputs = this.inputs();
    const steps = this.graph.node.flatMap((one) => this.step(one));
    const outputs = this.graph.output.map(({ name }) => ({ name, slot: this.use(name) }));
    if (outputs.length === 0) this.broken.push('expected outputs, got none');
    if (this.broken.length > 0) throw refusal('an ONNX model', this.path, this.broken);
    if (this.refused.size > 0) {
      throw refusal('a model of what is supported', this.path, [...this.refused].sort());
    }
    const { parameters, fixed } = this;
    return { inputs, outputs, steps, parameters, fixed, slots: this.slots.size };
  }
}

const short = (name: string): string => (name.length > 80 ? `${name.slice(0, 80)}...` : name);

/** The steps of a model; one error names everything that is not supported. */
export function planOf(
  path: string,
  model: Message<'ModelProto'>,
  floating: FloatingDType | null,
): Plan {
  const graph = model.graph as Message<'GraphProto'>;
  const own = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  return new Planner(path, graph, own?.version ?? 1, floating).plan();
}
