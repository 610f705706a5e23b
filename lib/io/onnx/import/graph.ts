/** Prepares an ONNX graph to run, or reports everything that is not supported. */
import { Parameter } from '../../../nn/module/parameter';
import { isFloating, type DType, type FloatingDType } from '../../../core/dtype';
import { Tensor } from '../../../core/tensor';
import type { Message } from '../schema';
import { comparisons } from './comparisons';
import { convolutions } from './convolution';
import type { Datum } from './datum';
import { listProblems } from './file';
import { elementwise } from './elementwise';
import { dtypeOf, Unsupported } from './elements';
import { GraphNode, type Run } from './node';
import { padding } from './padding';
import { pooling } from './pooling';
import { reductions } from './reductions';
import { resampling } from './resampling';
import { shapes } from './shapes';
import { InvalidPart, readTensor } from './tensor';

const operators = new Map(
  Object.entries({
    ...elementwise,
    ...comparisons,
    ...shapes,
    ...padding,
    ...convolutions,
    ...pooling,
    ...reductions,
    ...resampling,
  }),
);
/** The supported opsets. */
const opsets = { first: 7, last: 24 };

/** An input of the graph; sizes that are not fixed are null. */
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

/** A graph as a list of steps. */
export interface Plan {
  readonly inputs: readonly Input[];
  readonly outputs: readonly { readonly name: string; readonly slot: number }[];
  readonly steps: readonly Step[];
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** Values that are known before the graph runs, by slot. */
  readonly fixed: ReadonlyMap<number, Datum>;
  readonly slots: number;
}

/** Collects the slots, constants and steps of a graph, and its problems. */
class Planner {
  private readonly slots = new Map<string, number>();
  private readonly unsupported = new Set<string>();
  private readonly invalid: string[] = [];
  private readonly parameters = new Map<string, Parameter>();
  private readonly fixed = new Map<number, Datum>();

  constructor(
    private readonly path: string,
    private readonly graph: Message<'GraphProto'>,
    private readonly opset: number,
    private readonly floating: FloatingDType | null,
  ) {}

  /** Calls `make`, and collects its errors about unsupported or invalid parts. */
  private try<T>(make: () => T): T | null {
    try {
      return make();
    } catch (error) {
      if (error instanceof Unsupported) this.unsupported.add(error.message);
      else if (error instanceof InvalidPart) this.invalid.push(error.message);
      else throw error;
      return null;
    }
  }

  private define(name: string): number {
    if (this.slots.has(name)) this.invalid.push(`the name '${short(name)}' occurs twice`);
    const slot = this.slots.size;
    this.slots.set(name, slot);
    return slot;
  }

  private use(name: string): number {
    if (name === '') return -1;
    const slot = this.slots.get(name);
    if (slot !== undefined) return slot;
    this.invalid.push(`'${short(name)}' is used before a node computes it`);
    return -1;
  }

  private initializers(): void {
    const statistics = this.runningStatistics();
    for (const proto of this.graph.initializer) {
      const { name } = proto;
      const slot = this.define(name);
      const value = this.try(() => readTensor(proto, `'${short(name)}'`, this.floating));
      if (value === null) continue;
      if (value instanceof Tensor && isFloating(value.dtype)) {
        const parameter = new Parameter(value, { requiresGrad: !statistics.has(name) });
        this.parameters.set(name, parameter);
        this.fixed.set(slot, parameter);
      } else {
        this.fixed.set(slot, value);
      }
    }
    if (this.graph.sparseInitializer.length > 0) this.unsupported.add('sparse initializers');
  }

  /** Names of the means and variances of batch normalization, which training does not change by gradients. */
  private runningStatistics(): ReadonlySet<string> {
    const nodes = this.graph.node.filter(({ opType }) => opType === 'BatchNormalization');
    return new Set(nodes.flatMap(({ input }) => input.slice(3, 5)));
  }

  private inputs(): Input[] {
    // Older files list the initializers among the inputs.
    const inputs = this.graph.input.filter(({ name }) => !this.slots.has(name));
    return inputs.flatMap(({ name, type }) => {
      const slot = this.define(name);
      const tensor = type?.tensorType;
      const what = `input '${short(name)}'`;
      const dtype = this.try(() => {
        if (tensor === undefined) throw new Unsupported(`${what}, which is not a tensor`);
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
    const isStandard = domain === '' || domain === 'ai.onnx';
    const operator = isStandard ? operators.get(opType) : undefined;
    if (operator === undefined)
      throw new Unsupported(short(isStandard ? opType : `${domain}.${opType}`));
    if (!proto.input[0] && opType !== 'Constant') {
      throw new InvalidPart(`a node of type '${short(opType)}' has no first input`);
    }
    const node = new GraphNode(proto, this.opset, this.floating);
    const run = operator(node);
    for (const problem of node.problems()) this.unsupported.add(problem);
    return run;
  }

  plan(): Plan {
    if (this.opset < opsets.first || this.opset > opsets.last) {
      this.unsupported.add(`opset ${this.opset}, only opsets ${opsets.first} to ${opsets.last}`);
    }
    this.initializers();
    const inputs = this.inputs();
    const steps = this.graph.node.flatMap((proto) => this.step(proto));
    const outputs = this.graph.output.map(({ name }) => ({ name, slot: this.use(name) }));
    if (outputs.length === 0) this.invalid.push('the graph has no outputs');
    if (this.invalid.length > 0) {
      throw listProblems(this.path, 'is not a valid ONNX model', this.invalid);
    }
    if (this.unsupported.size > 0) {
      const what = 'uses parts of ONNX that are not supported';
      throw listProblems(this.path, what, [...this.unsupported].sort());
    }
    const { parameters, fixed } = this;
    return { inputs, outputs, steps, parameters, fixed, slots: this.slots.size };
  }
}

/** A name from the file in messages. */
const short = (name: string): string => (name.length > 80 ? `${name.slice(0, 80)}...` : name);

/** Prepares a model to run; one error lists everything that is not supported. */
export function planOf(
  path: string,
  model: Message<'ModelProto'>,
  floating: FloatingDType | null,
): Plan {
  const graph = model.graph as Message<'GraphProto'>;
  const standard = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  return new Planner(path, graph, standard?.version ?? 1, floating).plan();
}
