/** The worker's side of shared data. It loads nothing of the library: a user's module may load another copy of it. */
import type { TransferableTensor } from '../core/transfer';
import type { Column } from '../data/table';
import type { Shared } from './protocol';

/** The classes of a copy of the library. */
export interface Library {
  readonly Tensor: { from(message: TransferableTensor): unknown };
  readonly data: { readonly Table: new (columns: ReadonlyMap<string, Column>) => unknown };
}

/** The data of a description, over the same memory, with classes of a copy of the library. */
export function unshare(shared: Shared, library: Library): unknown {
  switch (shared.kind) {
    case 'value':
      return shared.value;
    case 'tensor':
      return library.Tensor.from(shared.message);
    case 'list':
      return shared.items.map((item) => unshare(item, library));
    case 'object':
      return Object.fromEntries(shared.entries.map(([key, item]) => [key, unshare(item, library)]));
    case 'table': {
      const columns = shared.columns.map(([name, column]): [string, Column] => [
        name,
        unshare(column, library) as Column,
      ]);
      return new library.data.Table(new Map(columns));
    }
  }
}
