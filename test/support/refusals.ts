/** Calls that are refused. */

export type Refusal = [run: () => unknown, type: typeof Error, message: string];

/** Calls that are refused, with the kind of error and a part of its message. */
export function expectRefusals(refusals: readonly Refusal[]): void {
  describe('errors', () => {
    test.each(refusals)('%s', (run, type, message) => {
      expect(run).toThrow(type);
      expect(run).toThrow(message);
    });
  });
}
