/** Translates the graph of a model's ops to an ONNX graph. */
import { describe, unexpected } from '../../core/errors';
import type { AnyModule } from '../../nn/module/module';
import { collectState } from '../../nn/module/state';
import type { Tensor } from '../../core/tensor';
import type { OpName } from '../../core/node';
import { elementsOf, type Graph, type GraphOp, type GraphValue } from './batch';
import { GraphBuilder, Unsupported, type Emit, type Emitted } from './builder';
import { emitOp, emitters } from './emit';
import { dataTypes, type Init } from './schema';
import { sameElements } from './trace';
import { isAffine, type Size } from './size';
import type { Initializer } from './write';

const op = 'exportOnnx';

/** Names, shapes and dtypes of the graph's inputs. */
export interface GraphInput {
  readonly name: string;
  readonly shape: readonly Size[];
  readonly dtype: Tensor['dtype'];
}

/** The translation of a graph of ops to a graph of nodes. */
class Translation {
  readonly weights: Initializer[] = [];
  readonly builder: GraphBuilder;
  private readonly names = new Map<GraphValue, string>();
  private readonly problems = new Set<string>();
  private readonly state: readonly (readonly [string, Tensor])[];

  constructor(
    model: AnyModule,
    private readonly inputs: readonly GraphInput[],
    outputNames: readonly string[],
    dynamic: boolean,
  ) {
    this.state = [...collectState(model)];
    this.builder = new GraphBuilder(dynamic ? inputs[0].name : null);
    for (const name of [...inputs.map((one) => one.name), ...outputNames]) {
      if (this.builder.name(name) === name) continue;
      throw unexpected(op, 'each name once', 'inputNames and outputNames', describe(name));
    }
  }

  nameOf(value: GraphValue): string {
    const known = this.names.get(value);
    if (known !== undefined) return known;
    const name = value.input !== null ? this.inputs[value.input].name : this.constant(value);
    this.names.set(value, name);
    return name;
  }

  private constant({ constant, shape, dtype }: GraphValue): string {
    if (constant === null) throw new Error('blasgrad: expected operations in order');
    const { tensor, old, size } = constant;
    if (size !== null) {
      const number = this.builder.sizeScalar(size, dtype);
      if (shape.length === 0) return number;
      return this.builder.expand({ name: number, shape: [], dtype }, shape);
    }
    return old
      ? this.weight(tensor)
      : this.builder.constant(dtype, tensor.shape, elementsOf(tensor));
  }

  /** A tensor from before forward ran: one initializer, however often it is used. */
  private weight(tensor: Tensor): string {
    const same = this.weights.find((one) => sameElements(one.tensor, tensor));
    if (same !== undefined) return same.name;
    const own = this.state.find(([, one]) => sameElements(one, tensor))?.[0];
    const name = this.builder.name(own ?? 'constant');
    this.weights.push({ name, dtype: tensor.dtype, tensor });
    return name;
  }

  operation({ name, inputs, outputs, attrs }: GraphOp): void {
    const refs = inputs.map((one) => ({
      name: this.nameOf(one),
      shape: one.shape,
      dtype: one.dtype,
    }));
    const results = this.emitted(name, { inputs: refs, outputs, attrs });
    outputs.forEach((value, i) => this.names.set(value, results[i] ?? ''));
  }

  private emitted(name: OpName, emitted: Emitted): readonly string[] {
    const emit = emitters[name] as Emit | null; // the attributes are those of this op
    try {
      if (emit === null) throw new Unsupported('has no operator in ONNX');
      return emitOp(name, emit, emitted, this.builder);
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      this.problems.add(emit === null ? `${name} ${error.message}` : `${name}: ${error.message}`);
      return [];
    }
  }

  requireAll(): void {
    if (this.problems.size === 0) return;
    const list = [...this.problems].join('\n  ');
    throw new RangeError(`${op}: expected operations that ONNX has for model, got\n  ${list}`);
  }
}

/** The graph as a message, its opset, and the tensors that are its initializers. */
export function graphMessage(
  model: AnyModule,
  graph: Graph,
  inputs: readonly GraphInput[],
  outputNames: readonly string[],
  dynamic: boolean,
): { message: Init<'GraphProto'>; opset: number; weights: readonly Initializer[] } {
  const translation = new Translation(model, inputs, outputNames, dynamic);
  for (const one of graph.ops) translation.operation(one);
  translation.requireAll();
  const { builder, weights } = translation;
  graph.outputs.forEach((value, i) => {
    builder.output(translation.nameOf(value), outputNames[i]);
  });
  const { opset, nodes } = builder.finished();
  const message = {
    name: model.constructor.name,
    node: nodes,
    input: inputs.map(valueInfo),
    output: graph.outputs.map(({ shape, dtype }, i) =>
      valueInfo({ name: outputNames[i], shape, dtype }),
    ),
  };
  return { message, opset, weights };
}

function valueInfo({ name, shape, dtype }: GraphInput): Init<'ValueInfoProto'> {
  const dim = shape.map((size) => {
    if (!isAffine(size)) return { dimValue: BigInt(size) };
    return size.times === 1 && size.plus === 0 ? { dimParam: 'batch' } : {};
  });
  return { name, type: { tensorType: { elemType: dataTypes[dtype], shape: { dim } } } };
}
