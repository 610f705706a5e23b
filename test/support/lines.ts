/** References for ops along dimensions, made of functions of the numbers of one line. */
import { at, build, type Plain } from './plain';

type Dims = number | readonly number[] | undefined;

function counted(dims: Dims, ndim: number): number[] {
  if (dims === undefined) return Array.from({ length: ndim }, (_, i) => i);
  const list = typeof dims === 'number' ? [dims] : dims;
  return list.map((dim) => (dim < 0 ? dim + ndim : dim));
}

/** The numbers of x whose index is `index` but along `dims`, in order. */
function lineAt(x: Plain, index: readonly number[], dims: readonly number[]): number[] {
  let all = [[...index]];
  for (const dim of dims) {
    all = all.flatMap((one) =>
      Array.from({ length: x.shape[dim] }, (_, i) => one.map((k, d) => (d === dim ? i : k))),
    );
  }
  return all.map((one) => at(x, one));
}

/** A reduction: one number for each line along `dims`, by default all dimensions. */
export function reduced(
  fn: (line: number[]) => number,
  dims?: Dims,
  options: { keepdim?: boolean } = {},
): (x: Plain) => Plain {
  return (x) => {
    const gone = counted(dims, x.shape.length).sort((a, b) => a - b);
    const kept = x.shape.map((size, i) => (gone.includes(i) ? 1 : size));
    const result = build(kept, (index) => fn(lineAt(x, index, gone)));
    const shape = options.keepdim ? kept : x.shape.filter((_, i) => !gone.includes(i));
    return { shape, data: result.data };
  };
}

/** A function of whole lines along one dimension. */
export function alongDim(
  fn: (line: number[]) => number[],
  dim: number,
): (...inputs: Plain[]) => Plain {
  return (x) => {
    const [along] = counted(dim, x.shape.length);
    if (along >= x.shape.length) return { shape: [], data: fn(x.data) };
    const lines = new Map<string, number[]>();
    return build([...x.shape], (index) => {
      const key = index.filter((_, d) => d !== along).join();
      let line = lines.get(key);
      if (line === undefined) lines.set(key, (line = fn(lineAt(x, index, [along]))));
      return line[index[along]];
    });
  };
}
