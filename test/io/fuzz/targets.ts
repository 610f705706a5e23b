/** Every reader there is, one line each. */
import type { FuzzTarget } from './target';

export const targets: readonly FuzzTarget[] = [];
