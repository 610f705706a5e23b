/** Einstein summation. */
import { einsum } from 'blasgrad';
import { at, build, indicesOf, type OpCase, type Plain } from '../../harness';

/** The sum over all letters of products, by the letters of each operand. */
const summed =
  (inputs: string[], output: string, sizes: Record<string, number>) =>
  (...operands: Plain[]): Plain => {
    const letters = [...new Set(inputs.join(''))];
    const inner = letters.filter((letter) => !output.includes(letter));
    const places = indicesOf(inner.map((letter) => sizes[letter]));
    const wanted = output.split('');
    return build(
      wanted.map((letter) => sizes[letter]),
      (index) =>
        places.reduce((sum, place) => {
          const value = (letter: string): number =>
            inner.includes(letter) ? place[inner.indexOf(letter)] : index[wanted.indexOf(letter)];
          return (
            sum +
            operands.reduce((product, x, i) => product * at(x, inputs[i].split('').map(value)), 1)
          );
        }, 0),
    );
  };
const sizes: Record<string, number> = { b: 2, i: 3, j: 4, k: 2, l: 3 };
/** `letters` names the terms in full where the equation leaves out or abbreviates. */
const contraction = (equation: string, letters = equation, rest: Partial<OpCase> = {}): OpCase => {
  const [left, right] = letters.split('->');
  const terms = left.split(',');
  const inputs = terms.map((term) => ({ shape: term.split('').map((letter) => sizes[letter]) }));
  return {
    name: `einsum ${equation}`,
    ops: [],
    inputs,
    run: (...all) => einsum(equation, ...all),
    reference: summed(terms, right, sizes),
    ...rest,
  };
};

export const cases: OpCase[] = [
  contraction('ij,jk->ik', 'ij,jk->ik', { ops: ['matmul'] }),
  contraction('ij,kj->ik'),
  contraction('bij,bjk->bik'),
  contraction('bij,bjk->kbi'),
  contraction(' ij , jk ', 'ij,jk->ik'),
  contraction('ba', 'ba->ab', {
    inputs: [{ shape: [2, 3] }],
    reference: (x) => build([3, 2], ([j, i]) => at(x, [i, j])),
    view: true,
  }),
  contraction('ij->'),
  contraction('ij->j'),
  contraction('i,j->ij'),
  contraction('i,j->ji'),
  contraction('ij,ij->'),
  contraction('ij,ij->i'),
  contraction('i,ij,j->'),
  contraction('bi,ij,kj->bk'),
  contraction('ijk,l->k'),
  contraction('ii->i', 'ii->i', { view: true }),
  contraction('ii', 'ii->'),
  contraction('iji,i->j'),
  contraction('...ij,...jk', 'bij,bjk->bik'),
  contraction('...j,j', 'bij,j->bi'),
  contraction('i...->...', 'ij->j'),
  contraction('...i->i', 'bji->i'),
  {
    name: "einsum with '...' that broadcasts",
    ops: [],
    inputs: [{ shape: [2, 1, 3] }, { shape: [4, 3] }],
    run: (a, b) => einsum('...i,...i->...', a, b),
    reference: (a, b) =>
      build([2, 4], ([i, j]) =>
        [0, 1, 2].reduce((sum, k) => sum + at(a, [i, 0, k]) * at(b, [j, k]), 0),
      ),
  },
];
