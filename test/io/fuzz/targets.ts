/** Every reader there is, one line each. */
import { checkpoint } from './checkpoint';
import { safetensors } from './safetensors';
import type { FuzzTarget } from './target';

export const targets: readonly FuzzTarget[] = [safetensors, checkpoint];
