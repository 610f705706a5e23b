/**
 * Names that images.test.ts has cases for and that the library does not have yet. A name that exists must not be in this
 * list: delete it when you add the function or the layer.
 */
export const missing: readonly string[] = [];
