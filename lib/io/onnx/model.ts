/** Translates the graph of a model's ops to an ONNX graph. */
import { describe } from '../../core/errors';
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

/** Name, shape and dtype of an input of the graph. */
export interface GraphInput {
  readonly name: string;
  readonly shape: readonly Size[];
  readonly dtype: Tensor['dtype'];
}

/** Translates a graph of ops to a graph of nodes. */
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
    for (const name of [...inputs.map((input) => input.name), ...outputNames]) {
      if (this.builder.name(name) === name) continue;
      throw new RangeError(
        `${op}: the name ${describe(name)} occurs twice among inputs and outputs; set inputNames or outputNames`,
      );
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
    if (constant === null) throw new Error('blasgrad: internal error: ops are not in order');
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

  /** A tensor that existed before forward ran becomes one initializer, however often it is used. */
  private weight(tensor: Tensor): string {
    const same = this.weights.find((weight) => sameElements(weight.tensor, tensor));
    if (same !== undefined) return same.name;
    const named = this.state.find(([, parameter]) => sameElements(parameter, tensor))?.[0];
    const name = this.builder.name(named ?? 'constant');
    this.weights.push({ name, dtype: tensor.dtype, tensor });
    return name;
  }

  /** Adds the nodes of an op. */
  operation({ name, inputs, outputs, attrs }: GraphOp): void {
    const refs = inputs.map((value) => ({
      name: this.nameOf(value),
      shape: value.shape,
      dtype: value.dtype,
    }));
    const results = this.emitted(name, { inputs: refs, outputs, attrs });
    outputs.forEach((value, i) => this.names.set(value, results[i] ?? ''));
  }

  private emitted(name: OpName, emitted: Emitted): readonly string[] {
    const emit = emitters[name] as Emit | null; // the types of its attributes are those of this op
    try {
      if (emit === null) throw new Unsupported('has no operator in ONNX');
      return emitOp(name, emit, emitted, this.builder);
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      this.problems.add(emit === null ? `${name} ${error.message}` : `${name}: ${error.message}`);
      return [];
    }
  }

  /** Throws if an op could not be translated. */
  requireAll(): void {
    if (this.problems.size === 0) return;
    const list = [...this.problems].join('\n  ');
    throw new RangeError(`${op}: the model uses ops that cannot be exported:\n  ${list}`);
  }
}

/** Makes the message of a graph; returns it with its opset and the tensors of its initializers. */
export function graphMessage(
  model: AnyModule,
  graph: Graph,
  inputs: readonly GraphInput[],
  outputNames: readonly string[],
  dynamic: boolean,
): { message: Init<'GraphProto'>; opset: number; weights: readonly Initializer[] } {
  const translation = new Translation(model, inputs, outputNames, dynamic);
  for (const graphOp of graph.ops) translation.operation(graphOp);
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
