/** Sums of products in Einstein's notation. */
import { calledAs } from '../../core/caller';
import { requireTensor } from '../../core/tensor';
import { shapeText, unexpected, wrongType } from '../../core/errors';
import { numelOf } from '../../core/shape';
import type { Tensor } from '../define';

/**
 * A tensor, and a label for each of its dimensions: a letter, or .0, .1 and so on, from the right, for those of
 * '...'.
 */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

const wrongEquation = (what: string, actual: string): RangeError =>
  unexpected('einsum', what, 'equation', actual);

/** The terms before and after '->'; without an arrow the output is null: see `implicit`. */
function parse(equation: unknown): [inputs: string[], output: string | null] {
  if (typeof equation !== 'string') {
    throw wrongType('einsum', "a text such as 'ij,jk->ik'", 'equation', equation);
  }
  const sides = equation.replaceAll(' ', '').split('->');
  if (sides.length > 2) throw wrongEquation("at most one '->'", `'${equation}'`);
  const inputs = sides[0].split(',');
  for (const term of [...inputs, ...sides.slice(1)]) {
    if (!/^[A-Za-z]*(\.\.\.[A-Za-z]*)?$/.test(term)) {
      throw wrongEquation("letters and at most one '...' in each term", `'${term}'`);
    }
  }
  return [inputs, sides.length === 2 ? sides[1] : null];
}

const dots = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `.${count - 1 - i}`);

/** The labels of a term, with `count` labels for '...'. */
function labelsOf(term: string, count: number): string[] {
  const parts: readonly string[] = term.match(/[A-Za-z]|\.\.\./g) ?? [];
  return parts.flatMap((part) => (part === '...' ? dots(count) : [part]));
}

/** The operand with its labels; a repeated letter takes the diagonal. */
function labelled(term: string, x: Tensor, i: number): Labelled {
  const free = x.ndim - term.replace('...', '').length;
  if (free < 0 || (free > 0 && !term.includes('...'))) {
    const what = `the dimensions '${term}'`;
    throw unexpected('einsum', what, `operands[${i}]`, `shape ${shapeText(x.shape)}`);
  }
  let tensor = x;
  let labels = labelsOf(term, free);
  for (;;) {
    const at = labels.findIndex((label, k) => labels.indexOf(label) !== k);
    if (at < 0) return { tensor, labels };
    const label = labels[at];
    const first = labels.indexOf(label);
    if (tensor.shape[first] !== tensor.shape[at]) {
      const sizes = `${tensor.shape[first]} and ${tensor.shape[at]}`;
      throw unexpected('einsum', `equal sizes for each ${label}`, `operands[${i}]`, sizes);
    }
    tensor = tensor.diagonal(0, first, at);
    labels = [...labels.filter((one) => one !== label), label];
  }
}

/** The output without an arrow: the labels of '...', then the letters that occur once, in alphabetical order. */
function implicit(inputs: readonly string[], ellipsis: number): string[] {
  const letters = inputs.flatMap((term) => labelsOf(term, 0));
  const once = letters.filter((one) => letters.indexOf(one) === letters.lastIndexOf(one));
  return [...dots(ellipsis), ...once.sort()];
}

/** The size of every label; dimensions of size 1 broadcast to it. */
function sizesOf(operands: readonly Labelled[]): Map<string, number> {
  const sizes = new Map<string, number>();
  operands.forEach(({ tensor, labels }, i) => {
    labels.forEach((label, k) => {
      const [before, size] = [sizes.get(label) ?? 1, tensor.shape[k]];
      if (before !== 1 && size !== 1 && before !== size) {
        const name = label.startsWith('.') ? "'...'" : label;
        const what = `size ${before} for ${name}`;
        throw unexpected('einsum', what, `operands[${i}]`, `shape ${shapeText(tensor.shape)}`);
      }
      sizes.set(label, before === 1 ? size : before);
    });
  });
  return sizes;
}

/** The sum over the labels that `keep` rejects. */
function summed({ tensor, labels }: Labelled, keep: (label: string) => boolean): Labelled {
  const dims = labels.flatMap((label, i) => (keep(label) ? [] : [i]));
  if (dims.length === 0) return { tensor, labels };
  return { tensor: tensor.sum(dims), labels: labels.filter(keep) };
}

/** The dimensions in the order of the groups, each group merged into one. */
function grouped({ tensor, labels }: Labelled, groups: readonly (readonly string[])[]): Tensor {
  const dims = groups.map((group) => group.map((label) => labels.indexOf(label)));
  const shape = dims.map((group) => numelOf(group.map((dim) => tensor.shape[dim])));
  return tensor.permute(dims.flat()).reshape(shape);
}

/** The product of two operands, summed over the labels that later steps do not need: one batched GEMM. */
function contract(left: Labelled, right: Labelled, needed: ReadonlySet<string>): Labelled {
  const a = summed(left, (label) => needed.has(label) || right.labels.includes(label));
  const b = summed(right, (label) => needed.has(label) || left.labels.includes(label));
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const inner = shared.filter((label) => !needed.has(label));
  const rows = a.labels.filter((label) => !shared.includes(label));
  const columns = b.labels.filter((label) => !shared.includes(label));
  // Without a sum it is an elementwise product, for which a GEMM would not be faster.
  const product =
    inner.length === 0
      ? grouped(a, [batch, rows, []]).mul(grouped(b, [batch, [], columns]))
      : grouped(a, [batch, rows, inner]).bmm(grouped(b, [batch, inner, columns]));
  const labels = [...batch, ...rows, ...columns];
  const size = (label: string): number =>
    a.labels.includes(label)
      ? a.tensor.shape[a.labels.indexOf(label)]
      : b.tensor.shape[b.labels.indexOf(label)];
  return { tensor: product.reshape(labels.map(size)), labels };
}

/**
 * Computes the sum of products that `equation` describes, from left to right with one batched GEMM for each further
 * operand. Letters name dimensions, and '...' stands for any further ones, which broadcast. Letters that are
 * missing after '->' are summed over.
 *
 * @param equation the labels of each operand's dimensions, as 'ij,jk->ik'
 * @param operands one tensor for each term of the equation
 * @returns a tensor with the dimensions that the equation names after '->'
 * @throws RangeError for an invalid equation, or if the sizes of one letter differ
 * @see torch.einsum
 * @example einsum('ij,j->i', tensor([[1, 2], [3, 4]]), tensor([1, 10])) // tensor([21., 43.])
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  const [terms, output] = parse(equation);
  if (terms.length !== operands.length) {
    throw unexpected('einsum', `${terms.length} tensors`, 'operands', String(operands.length));
  }
  const inputs = operands.map((x, i) =>
    labelled(terms[i], requireTensor('einsum', `operands[${i}]`, x), i),
  );
  const sizes = sizesOf(inputs);
  const ellipsis = [...sizes.keys()].filter((label) => label.startsWith('.')).length;
  const wanted = output === null ? implicit(terms, ellipsis) : labelsOf(output, ellipsis);
  wanted.forEach((label, i) => {
    if (!sizes.has(label)) throw wrongEquation(`letters of the operands after '->'`, `'${label}'`);
    if (wanted.indexOf(label) !== i)
      throw wrongEquation(`each letter once after '->'`, `'${label}' twice`);
  });
  const wide = inputs.map(({ tensor, labels }): Labelled => ({
    tensor: tensor.expand(labels.map((label) => sizes.get(label) ?? 1)),
    labels,
  }));
  return calledAs('einsum', () => {
    const product = wide.slice(1).reduce((left, right, i) => {
      const needed = new Set([...wanted, ...wide.slice(i + 2).flatMap(({ labels }) => labels)]);
      return contract(left, right, needed);
    }, wide[0]);
    const { tensor, labels } = summed(product, (label) => wanted.includes(label));
    return tensor.permute(wanted.map((label) => labels.indexOf(label)));
  });
}
