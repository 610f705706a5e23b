/** A dataset in TypeScript. */
const squares = { length: 4, get: (i: number): number => i * i };

export default squares;
