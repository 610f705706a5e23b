/** Gradients by reverse-mode differentiation: nodes are data, the walk is a loop. */
import type { Storage } from '../core/storage';
import type { DType } from '../core/dtype';
import { describe, ofThisCopy, shapeText } from '../core/errors';
import { enableGrad, isGradEnabled, noGrad, setGradEnabled } from '../core/gradMode';
import { inPhase, observer, type Observer } from '../core/observer';
import { sameShape, type Shape } from '../core/shape';
import type { Tensor } from '../core/tensor';

/** How an op is differentiated. `A` is what it remembers besides tensors: dimensions, options, ... */
export interface Rule<A = undefined> {
  readonly name: string;
  /**
   * Gradients of the inputs, given the gradient of the output; null where none flows. They may still have the shape
   * of a broadcast: the engine sums them down. Calls ordinary ops, so that it can be differentiated again.
   */
  grad(dy: Tensor, node: Node<A>): readonly (Tensor | null)[];
}

/** Where a gradient goes: on to the node that made the input, or into a leaf tensor. */
export type Edge = Node | Tensor | null;

let created = 0;

/** One recorded op: what made a tensor. */
export class Node<A = unknown> {
  /** Later ops have larger numbers, so descending order is a topological one. */
  readonly id = ++created;
  private readonly keptVersion: number;
  private freed = false;
  /** Gradient of the output collected so far in the running backward. */
  pending: Tensor | null = null;
  visit = 0;
  /** The output, if its gradient is to be kept (`retainGrad`). */
  retained: Tensor | null = null;
  hooks: Hook[] | null = null;

  constructor(
    readonly rule: Rule<A>,
    public edges: readonly Edge[],
    private tensors: readonly Tensor[],
    readonly attrs: A,
    readonly shape: Shape,
    readonly dtype: DType,
  ) {
    this.keptVersion = versionSum(tensors);
  }

  /** Tensors the rule asked to keep, unless something changed or freed them since. */
  get kept(): readonly Tensor[] {
    if (versionSum(this.tensors) !== this.keptVersion) {
      const shapes = this.tensors
        .map((tensor) => `${tensor.dtype} ${shapeText(tensor.shape)}`)
        .join(', ');
      throw new Error(
        `backward: expected values kept by ${this.rule.name} (${shapes}) to be unchanged, ` +
          'got one that was modified by an in-place operation',
      );
    }
    return this.tensors;
  }

  /** Whether input i wants a gradient. */
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
        `backward: expected a graph that is still there, got one whose ${this.rule.name} was freed by an earlier ` +
          'backward; pass { retainGraph: true } to that one to go through it again',
      );
    }
  }
}

function versionSum(tensors: readonly Tensor[]): number {
  let sum = 0;
  for (let i = 0; i < tensors.length; i++) sum += tensors[i]._storage.version;
  return sum;
}

/** Called with a tensor's gradient; what it returns, if anything, takes the gradient's place. */
export type Hook = (gradient: Tensor) => Tensor | undefined | void;

/** Links `out` to the op that made it, if recording is on and an input wants a gradient. */
export function record<A>(
  out: Tensor,
  rule: Rule<A>,
  inputs: readonly Tensor[],
  kept: readonly Tensor[],
  attrs: A,
): Tensor {
  const edges = edgesTo(inputs);
  if (edges !== null) out._node = new Node(rule, edges, kept, attrs, out.shape, out.dtype);
  if (observer !== null) observer.result(rule.name, [out], inputs, attrs, kept, out._node);
  return out;
}

/** Where gradients of the inputs go, or null if nothing is to be recorded. */
function edgesTo(inputs: readonly Tensor[]): Edge[] | null {
  if (!isGradEnabled()) return null;
  let wanted = false;
  for (let i = 0; i < inputs.length; i++) wanted = inputs[i].requiresGrad || wanted;
  if (!wanted) return null;
  const edges = new Array<Edge>(inputs.length);
  for (let i = 0; i < inputs.length; i++) edges[i] = edgeOf(inputs[i]);
  return edges;
}

/** Where the gradient of `tensor` goes. */
export function edgeOf(tensor: Tensor): Edge {
  return tensor.requiresGrad ? (tensor._node ?? tensor) : null;
}

// --- Views and changes in place ---------------------------------------------------------------------------------------

/** How a view is seen from the tensor it shows a part of, and the version of the memory its node was made for. */
export interface ViewLink {
  readonly parent: Tensor;
  readonly replay: (parent: Tensor) => Tensor;
  version: number;
}

/** After a change of the memory through another tensor: the view is one of what its parent is now. */
export function refreshView(tensor: Tensor, link: ViewLink): void {
  if (link.version === tensor._storage.version) return;
  link.version = tensor._storage.version;
  if (link.parent.requiresGrad) tensor._node = enableGrad(() => link.replay(link.parent))._node;
}

/**
 * After `x`, the first of the inputs, was changed in place: counts the change and makes `rule` the op that made `x`
 * and, where `x` is a view, a part of what it is a view of.
 */
export function recordInPlace<A>(
  x: Tensor,
  rule: Rule<A>,
  inputs: readonly Tensor[],
  kept: readonly Tensor[],
  attrs: A,
): void {
  if (observer !== null) tellChange(observer, rule.name, x, inputs, attrs);
  const edges = edgesTo(inputs);
  const ancestors: ViewLink[] = [];
  for (let link = x._viewOf; link !== null; link = link.parent._viewOf) ancestors.push(link);
  for (const { parent } of ancestors)
    if (parent._viewOf !== null) refreshView(parent, parent._viewOf);
  x._storage.version++;
  if (edges === null) return;
  for (const link of ancestors) link.version = x._storage.version;
  let node = new Node(rule, edges, kept, attrs, x.shape, x.dtype) as Node;
  observer?.recorded?.(node);
  for (const { parent, replay } of ancestors) {
    const outer = [edgeOf(parent), ...node.edges.slice(1)];
    node = new Node(spliceRule, outer, [], { inner: node, replay }, parent.shape, parent.dtype);
  }
  const root = ancestors.length === 0 ? x : ancestors[ancestors.length - 1].parent;
  root._node = node;
  for (let i = ancestors.length - 1; i >= 0; i--) {
    const view = i === 0 ? x : ancestors[i - 1].parent;
    view._node = ancestors[i].replay(ancestors[i].parent)._node;
  }
}

/** The change counts even where the observer refuses it: the memory is as the op left it. */
function tellChange(
  told: Observer,
  op: string,
  x: Tensor,
  inputs: readonly Tensor[],
  attrs: unknown,
): void {
  try {
    told.changed(op, x, inputs, attrs);
  } catch (error) {
    x._storage.version++;
    throw error;
  }
}

/** A tensor of which a view was changed: the view's part of the gradient goes through the change, the rest past it. */
const spliceRule: Rule<{ readonly inner: Node; readonly replay: (parent: Tensor) => Tensor }> = {
  name: 'copySlices',
  grad(dy, node) {
    const { inner, replay } = node.attrs;
    const [own, ...others] = inner.rule.grad(replay(dy), inner);
    const rest = dy.clone();
    replay(rest).copy_(own ?? 0);
    return [rest, ...others];
  },
};

/** The leaf or result whose memory `tensor` is a view of; itself if it is none. */
export function rootOf(tensor: Tensor): Tensor {
  let root = tensor;
  while (root._viewOf !== null) root = root._viewOf.parent;
  return root;
}

/** What a run of backward is asked for. */
export interface Walk {
  readonly retainGraph: boolean;
  readonly createGraph: boolean;
  /** Only the gradients of these are wanted; without it those of all leaves. */
  readonly inputs?: readonly Tensor[];
}

let walks = 0;

/** Nodes the gradient can reach, last made first. */
function reachable(roots: readonly Tensor[], visit: number): Node[] {
  const nodes: Node[] = [];
  const push = (edge: Edge): void => {
    if (edge instanceof Node && edge.visit !== visit) {
      edge.visit = visit;
      nodes.push(edge);
    }
  };
  for (const root of roots) push(root._node);
  for (let i = 0; i < nodes.length; i++) for (const edge of nodes[i].edges) push(edge);
  return nodes.sort((a, b) => b.id - a.id);
}

/** Of `nodes`, those through which a gradient reaches one of the wanted edges. */
function leadingTo(nodes: readonly Node[], wanted: ReadonlySet<Edge>): Set<Node> {
  const leading = new Set<Node>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    if (node.edges.some((edge) => wanted.has(edge) || (edge instanceof Node && leading.has(edge))))
      leading.add(node);
  }
  return leading;
}

/** Sums a gradient down to the shape its input had before broadcasting. */
function reduceTo(gradient: Tensor, shape: Shape): Tensor {
  return sameShape(gradient.shape, shape) ? gradient : gradient.sumToSize(shape);
}

function runHooks(hooks: readonly Hook[], gradient: Tensor): Tensor {
  // A copy of the list: a hook may remove itself.
  for (const hook of [...hooks]) {
    const replaced: unknown = hook(gradient);
    if (replaced === undefined || replaced === null) continue;
    if (!isLike(replaced, gradient)) {
      throw new RangeError(
        `hook: expected a ${gradient.dtype} gradient of shape ${shapeText(gradient.shape)}, got ${describe(replaced)}`,
      );
    }
    gradient = replaced;
  }
  return gradient;
}

function isLike(value: unknown, like: Tensor): value is Tensor {
  if (typeof value !== 'object' || value === null || !('_storage' in value)) return false;
  if (!Reflect.has(value, ofThisCopy)) return false;
  const { shape, dtype } = value as Tensor;
  return sameShape(shape, like.shape) && dtype === like.dtype;
}

/** The gradients that reached leaves, and which memory something else may still look at. */
class Collected {
  readonly leaves = new Map<Tensor, Tensor>();
  private readonly taken = new Set<Storage>();

  add(leaf: Tensor, gradient: Tensor): void {
    const before = this.leaves.get(leaf);
    this.leaves.set(leaf, before === undefined ? gradient : before.add(gradient));
  }

  share(gradient: Tensor): void {
    this.taken.add(gradient._storage);
  }

  /** The gradient itself if nobody else can see its memory, else a copy. */
  own(gradient: Tensor): Tensor {
    if (!gradient._contiguous || this.taken.has(gradient._storage)) return gradient.clone();
    this.taken.add(gradient._storage);
    return gradient;
  }
}

/**
 * Sends `seeds` back from `roots` to every leaf, and says what arrived where: at leaves, and at the wanted inputs.
 * Graphs of any depth: nothing here recurses.
 */
function walkBack(roots: readonly Tensor[], seeds: readonly Tensor[], walk: Walk): Collected {
  const collected = new Collected();
  const nodes = reachable(roots, ++walks);
  const wanted =
    walk.inputs && new Map(walk.inputs.map((input) => [edgeOf(input), input] as const));
  const leading = wanted && leadingTo(nodes, new Set(wanted.keys()));
  const deliver = (edge: Edge, gradient: Tensor): void => {
    if (edge === null) return;
    const reduced = reduceTo(gradient, edge.shape);
    if (edge instanceof Node) {
      edge.pending = edge.pending === null ? reduced : edge.pending.add(reduced);
    } else if (!wanted || wanted.has(edge)) {
      collected.add(edge, reduced);
    }
  };
  const before = setGradEnabled(walk.createGraph);
  try {
    roots.forEach((root, i) => {
      collected.share(seeds[i]);
      deliver(edgeOf(root), seeds[i]);
    });
    for (const node of nodes) {
      let gradient = node.pending;
      if (gradient === null) continue;
      node.pending = null;
      node.requireAlive(); // a freed node no longer says where it leads, so none may be passed over
      const input = wanted?.get(node);
      if (leading && !input && !leading.has(node)) continue;
      if (node.hooks) {
        gradient = runHooks(node.hooks, gradient);
        collected.share(gradient);
      }
      if (node.retained && !wanted) {
        collected.share(gradient);
        node.retained.grad = accumulate(node.retained.grad, gradient.clone(), walk.createGraph);
      }
      if (input) {
        collected.share(gradient);
        collected.add(input, gradient);
        if (!leading?.has(node)) continue;
      }
      const gradients =
        observer === null ? node.rule.grad(gradient, node) : observed(node, gradient);
      const edges = node.edges;
      for (let i = 0; i < edges.length; i++) {
        const next = gradients[i];
        if (next) deliver(edges[i], next);
      }
      if (!walk.retainGraph) node.free();
    }
    for (const [leaf, gradient] of collected.leaves) {
      if (leaf._hooks === null) continue;
      const hooked = runHooks(leaf._hooks, gradient);
      collected.share(hooked);
      collected.leaves.set(leaf, hooked);
    }
  } finally {
    setGradEnabled(before);
    for (const node of nodes) node.pending = null;
  }
  return collected;
}

/** The gradients of a node's inputs, in the observer's sight. */
function observed(node: Node, gradient: Tensor): readonly (Tensor | null)[] {
  const rule = (): readonly (Tensor | null)[] => node.rule.grad(gradient, node);
  return observer?.gradients?.(node, gradient, rule) ?? rule();
}

/** Adds to a gradient that is already there: in place, unless the sum is to be differentiated. */
function accumulate(old: Tensor | null, gradient: Tensor, createGraph: boolean): Tensor {
  if (old === null) return gradient;
  return createGraph ? enableGrad(() => old.add(gradient)) : noGrad(() => old.add_(gradient));
}

/** Adds the gradients of `roots`, weighted by `seeds`, to `.grad` of the leaves they depend on. */
export function runBackward(roots: readonly Tensor[], seeds: readonly Tensor[], walk: Walk): void {
  const collected = inPhase('backward', () => walkBack(roots, seeds, walk));
  for (const [leaf, gradient] of collected.leaves) {
    const old = leaf._grad;
    if (walk.createGraph) {
      // Other gradients, and nodes made just now, may look at the memory: grad gets a recorded copy.
      leaf.grad = enableGrad(() => (old === null ? gradient.clone() : old.add(gradient)));
    } else if (old === null) leaf._adoptGrad(collected.own(gradient));
    else noGrad(() => old.add_(gradient));
  }
}

/** The gradients of `roots`, weighted by `seeds`, with respect to `walk.inputs`; null for those they do not reach. */
export function computeGradients(
  roots: readonly Tensor[],
  seeds: readonly Tensor[],
  walk: Walk & { readonly inputs: readonly Tensor[] },
): (Tensor | null)[] {
  const collected = inPhase('backward', () => walkBack(roots, seeds, walk));
  return walk.inputs.map((input) => collected.leaves.get(input) ?? null);
}

export { enableGrad, isGradEnabled, noGrad };
