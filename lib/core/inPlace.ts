/** In-place changes, and the views that share the changed memory. */
import { countChange } from './changes';
import { enableGrad } from './gradMode';
import { Node, edgeOf, edgesTo, type OpAttrs, type OpName, type Rule } from './node';
import { observer, type Observer } from './observer';
import type { Storage } from './storage';
import type { Tensor } from './tensor';

/** How a view is made from its parent, and the version of the memory for which its node was created. */
export interface ViewLink {
  readonly parent: Tensor;
  readonly replay: (parent: Tensor) => Tensor;
  version: number;
}

/**
 * Copies that a compiled function makes where PyTorch makes views: a change of the copy would not reach the
 * original.
 */
export const copiesOfViews = new WeakSet<Storage>();

/** After the memory was changed through another tensor: gives the view a new node from its parent's current one. */
export function refreshView(tensor: Tensor, link: ViewLink): void {
  if (link.version === tensor._storage.version) return;
  link.version = tensor._storage.version;
  if (link.parent.requiresGrad) tensor._node = enableGrad(() => link.replay(link.parent))._node;
}

/** The leaf or result whose memory `tensor` is a view of; itself if it is not a view. */
export function rootOf(tensor: Tensor): Tensor {
  let root = tensor;
  while (root._viewOf !== null) root = root._viewOf.parent;
  return root;
}

/**
 * Call after `x`, the first input, was changed in place: counts the change, and records `rule` as the op that
 * produced `x` and, if `x` is a view, the part of its base.
 */
export function recordInPlace<K extends OpName>(
  x: Tensor,
  rule: Rule<K>,
  inputs: readonly Tensor[],
  saved: readonly Tensor[],
  attrs: OpAttrs[K],
): void {
  if (observer !== null) reportChange(observer, rule.name, x, inputs, attrs);
  const edges = edgesTo(inputs);
  const ancestors: ViewLink[] = [];
  for (let link = x._viewOf; link !== null; link = link.parent._viewOf) ancestors.push(link);
  for (const { parent } of ancestors)
    if (parent._viewOf !== null) refreshView(parent, parent._viewOf);
  x._storage.version++;
  if (edges === null) return;
  countChange();
  for (const link of ancestors) link.version = x._storage.version;
  let node: Node = new Node(rule, edges, saved, attrs, x.shape, x.dtype);
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

/** The change counts even if the observer throws, because the memory has changed. */
function reportChange<K extends OpName>(
  current: Observer,
  op: K,
  x: Tensor,
  inputs: readonly Tensor[],
  attrs: OpAttrs[K],
): void {
  try {
    current.changed(op, x, inputs, attrs);
  } catch (error) {
    x._storage.version++;
    throw error;
  }
}

/** The attributes of the rule below: the op that changed the view, and how the view is made from its parent. */
export interface Splice {
  readonly inner: Node;
  readonly replay: (parent: Tensor) => Tensor;
}

/**
 * For a tensor with a changed view: the gradient of the view's part goes through the change, the rest bypasses it.
 */
const spliceRule: Rule<'copySlices'> = {
  name: 'copySlices',
  grad(dy, node) {
    const { inner, replay } = node.attrs;
    const [own, ...others] = inner.rule.grad(replay(dy), inner);
    const rest = dy.clone();
    replay(rest).copy_(own ?? 0);
    return [rest, ...others];
  },
};
