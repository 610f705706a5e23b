/** The autograd graph: a node for each recorded op, and edges to the targets of its inputs' gradients. */
import type { DType } from './dtype';
import { shapeText } from './errors';
import { isGradEnabled } from './gradMode';
import type { Splice } from './inPlace';
import { observer } from './observer';
import type { Shape } from './shape';
import type { Tensor } from './tensor';

/**
 * What the rule of each op needs besides tensors (dimensions, options, ...), by op name; undefined for nothing.
 * Each family of ops adds its own. ONNX export reads these too, so ops without a rule are listed as well.
 */
export interface OpAttrs {
  copySlices: Splice;
}

/** The name of an op that is reported to `record` or an observer. */
export type OpName = keyof OpAttrs;

/** How an op is differentiated. */
export interface Rule<K extends OpName = OpName> {
  readonly name: K;
  /**
   * Gradients of the inputs, given the gradient of the output; null where none flows. They may still have the shape
   * of a broadcast: the engine sums them down. Calls ordinary ops, so that it can be differentiated again.
   */
  grad(dy: Tensor, node: Node<K>): readonly (Tensor | null)[];
}

/** The target of a gradient: the node that produced the input, or a leaf tensor. */
export type Edge = Node | Tensor | null;

/**
 * A function that `registerHook` calls with a tensor's gradient. A tensor that it returns replaces the gradient.
 */
export type Hook = (gradient: Tensor) => Tensor | undefined | void;

let created = 0;

/** A recorded op, which produced a tensor. */
export class Node<K extends OpName = OpName> {
  // `declare`: initialising a field and then assigning it takes twice as long.
  declare readonly rule: Rule<K>;
  declare edges: readonly Edge[];
  declare private tensors: readonly Tensor[];
  declare readonly attrs: OpAttrs[K];
  declare readonly shape: Shape;
  declare readonly dtype: DType;
  /** Later ops have larger numbers, so descending order is a topological order. */
  readonly id = ++created;
  declare private readonly savedVersion: number;
  private freed = false;
  /** Gradient of the output accumulated so far in the current backward. */
  pending: Tensor | null = null;
  /** The last backward that reached the node. */
  visit = 0;
  /** The output, if `backward` stores its gradient there (`retainGrad`). */
  retained: Tensor | null = null;
  hooks: Hook[] | null = null;

  constructor(
    rule: Rule<K>,
    edges: readonly Edge[],
    tensors: readonly Tensor[],
    attrs: OpAttrs[K],
    shape: Shape,
    dtype: DType,
  ) {
    this.rule = rule;
    this.edges = edges;
    this.tensors = tensors;
    this.attrs = attrs;
    this.shape = shape;
    this.dtype = dtype;
    this.savedVersion = versionSum(tensors);
  }

  /** The saved tensors. Throws if one was changed or freed. */
  get saved(): readonly Tensor[] {
    if (versionSum(this.tensors) !== this.savedVersion) {
      const shapes = this.tensors
        .map((tensor) => `${tensor.dtype} ${shapeText(tensor.shape)}`)
        .join(', ');
      throw new Error(
        `backward: a tensor that ${this.rule.name} saved (${shapes}) was changed in place since; ` +
          'clone it before the change',
      );
    }
    return this.tensors;
  }

  /** Whether input i requires a gradient. */
  needs(i: number): boolean {
    return this.edges[i] !== null;
  }

  free(): void {
    this.freed = true;
    this.tensors = [];
    this.edges = [];
  }

  requireAlive(): void {
    if (this.freed) {
      throw new Error(
        `backward: an earlier backward freed the graph (at ${this.rule.name}); ` +
          'pass { retainGraph: true } to the earlier call, or compute the loss again',
      );
    }
  }
}

function versionSum(tensors: readonly Tensor[]): number {
  let sum = 0;
  for (let i = 0; i < tensors.length; i++) sum += tensors[i]._storage.version;
  return sum;
}

/** Links `out` to the op that made it, if recording is on and an input requires a gradient. */
export function record<K extends OpName>(
  out: Tensor,
  rule: Rule<K>,
  inputs: readonly Tensor[],
  saved: readonly Tensor[],
  attrs: OpAttrs[K],
): Tensor {
  const edges = edgesTo(inputs);
  if (edges !== null) out._node = new Node(rule, edges, saved, attrs, out.shape, out.dtype);
  if (observer !== null) observer.result(rule.name, [out], inputs, attrs, saved, out._node);
  return out;
}

/** Edges for the gradients of the inputs, or null if nothing is recorded. */
export function edgesTo(inputs: readonly Tensor[]): Edge[] | null {
  if (!isGradEnabled()) return null;
  let required = false;
  for (let i = 0; i < inputs.length; i++) required = inputs[i].requiresGrad || required;
  if (!required) return null;
  const edges = new Array<Edge>(inputs.length);
  for (let i = 0; i < inputs.length; i++) edges[i] = edgeOf(inputs[i]);
  return edges;
}

/** The target of the gradient of `tensor`. */
export function edgeOf(tensor: Tensor): Edge {
  return tensor.requiresGrad ? (tensor._node ?? tensor) : null;
}

/** `AddBackward` for `add`. */
export function gradFnName(node: Node): string {
  const name = node.rule.name;
  return `${name[0].toUpperCase()}${name.slice(1)}Backward`;
}
