/** A reader of files, for the fuzz test. */
export interface FuzzTarget {
  readonly name: string;
  /** Mutated files to try. */
  readonly files: number;
  /** Good files to mutate, by file name; small, so that a mutation hits something. */
  readonly seeds: () => Readonly<Record<string, Uint8Array>>;
  /** Reads the file at `path`: resolves, or fails with an ordinary error. */
  readonly read: (path: string) => unknown;
}
