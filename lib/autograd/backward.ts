/** Gradients by reverse-mode differentiation: a loop over the nodes of the graph. */
import { capture } from '../core/capture';
import { describe, shapeText } from '../core/errors';
import { enableGrad, noGrad, setGradEnabled } from '../core/gradMode';
import { edgeOf, Node, type Edge, type Hook } from '../core/node';
import { inPhase, observer } from '../core/observer';
import { sameShape, type Shape } from '../core/shape';
import type { Storage } from '../core/storage';
import { Tensor } from '../core/tensor';

/** Options of a backward run. */
export interface BackwardOptions {
  readonly retainGraph: boolean;
  readonly createGraph: boolean;
  /** The tensors whose gradients are wanted; by default all leaves. */
  readonly inputs?: readonly Tensor[];
}

let runs = 0;

/** Nodes that the gradient can reach, latest first. */
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

/** The nodes among `nodes` through which a gradient reaches a wanted edge. */
function leadingTo(nodes: readonly Node[], wanted: ReadonlySet<Edge>): Set<Node> {
  const leading = new Set<Node>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    if (node.edges.some((edge) => wanted.has(edge) || (edge instanceof Node && leading.has(edge))))
      leading.add(node);
  }
  return leading;
}

/** Sums a gradient down to the shape that its input had before broadcasting. */
function reduceTo(gradient: Tensor, shape: Shape): Tensor {
  return sameShape(gradient.shape, shape) ? gradient : gradient.sumToSize(shape);
}

function runHooks(hooks: readonly Hook[], gradient: Tensor): Tensor {
  // Iterates over a copy, because a hook may remove itself.
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
  if (!(value instanceof Tensor)) return false;
  return sameShape(value.shape, like.shape) && value.dtype === like.dtype;
}

/** The gradients that reached leaves, and the memory that something else may still refer to. */
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

  /** The gradient itself if nothing else refers to its memory, else a copy. */
  own(gradient: Tensor): Tensor {
    if (!gradient._contiguous || this.taken.has(gradient._storage)) return gradient.clone();
    this.taken.add(gradient._storage);
    return gradient;
  }
}

/**
 * Propagates `seeds` from `roots` to every leaf, and returns the gradients of leaves and of the wanted inputs. It does
 * not recurse, so graphs may have any depth.
 */
function propagate(
  roots: readonly Tensor[],
  seeds: readonly Tensor[],
  options: BackwardOptions,
): Collected {
  const collected = new Collected();
  const nodes = reachable(roots, ++runs);
  const wanted =
    options.inputs && new Map(options.inputs.map((input) => [edgeOf(input), input] as const));
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
  const before = setGradEnabled(options.createGraph);
  try {
    roots.forEach((root, i) => {
      collected.share(seeds[i]);
      deliver(edgeOf(root), seeds[i]);
    });
    for (const node of nodes) {
      let gradient = node.pending;
      if (gradient === null) continue;
      node.pending = null;
      node.requireAlive(); // a freed node no longer has its edges, so none may be skipped
      const input = wanted?.get(node);
      if (leading && !input && !leading.has(node)) continue;
      if (node.hooks) {
        gradient = runHooks(node.hooks, gradient);
        collected.share(gradient);
      }
      if (node.retained && !wanted) {
        collected.share(gradient);
        node.retained.grad = accumulate(node.retained.grad, gradient.clone(), options.createGraph);
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
      if (!options.retainGraph) node.free();
    }
    for (const [leaf, gradient] of collected.leaves) {
      capture?.guards.push(sameHooks(leaf));
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

/** Returns a function that tests whether a leaf still has the same hooks. */
function sameHooks(leaf: Tensor): () => boolean {
  const hooks = leaf._hooks?.slice() ?? [];
  return () => {
    const now = leaf._hooks ?? [];
    return now.length === hooks.length && now.every((hook, i) => hook === hooks[i]);
  };
}

/** The gradients of a node's inputs, computed under the observer. */
function observed(node: Node, gradient: Tensor): readonly (Tensor | null)[] {
  const rule = (): readonly (Tensor | null)[] => node.rule.grad(gradient, node);
  return observer?.gradients?.(node, gradient, rule) ?? rule();
}

/** Adds to an existing gradient: in place, unless the sum is to be differentiated. */
function accumulate(old: Tensor | null, gradient: Tensor, createGraph: boolean): Tensor {
  if (old === null) return gradient;
  return createGraph ? enableGrad(() => old.add(gradient)) : noGrad(() => old.add_(gradient));
}

/** Adds the gradients of `roots`, weighted by `seeds`, to `.grad` of the leaves they depend on. */
export function runBackward(
  roots: readonly Tensor[],
  seeds: readonly Tensor[],
  options: BackwardOptions,
): void {
  const collected = inPhase('backward', () => propagate(roots, seeds, options));
  for (const [leaf, gradient] of collected.leaves) {
    const old = leaf._grad;
    if (options.createGraph) {
      // Other gradients and new nodes may refer to the memory, so grad gets a recorded copy.
      leaf.grad = enableGrad(() => (old === null ? gradient.clone() : old.add(gradient)));
    } else if (old === null) leaf._adoptGrad(collected.own(gradient));
    else noGrad(() => old.add_(gradient));
  }
}

/** The gradients of `roots`, weighted by `seeds`, with respect to `options.inputs`; null for those they do not reach. */
export function computeGradients(
  roots: readonly Tensor[],
  seeds: readonly Tensor[],
  options: BackwardOptions & { readonly inputs: readonly Tensor[] },
): (Tensor | null)[] {
  const collected = inPhase('backward', () => propagate(roots, seeds, options));
  return options.inputs.map((input) => collected.leaves.get(input) ?? null);
}
