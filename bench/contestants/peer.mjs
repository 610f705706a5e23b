// Modules of bench/peers/package.json, for contestants, which run as bundled files in another folder.
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Resolves and loads from bench/peers/node_modules; contestants are started in the project's folder. */
export const peer = createRequire(join(process.cwd(), 'bench', 'peers', 'package.json'));
