/** Paths as users give them. */
import { fileURLToPath } from 'node:url';
import { describe, unexpected, wrongType } from '../errors';

/** A path in text; file URLs become one. */
export function requirePath(op: string, path: unknown, name = 'path'): string {
  if (typeof path === 'string') return path;
  // By its fields: a URL of another realm is no instance of this one's.
  const { href } = (path ?? {}) as { href?: unknown };
  if (typeof href !== 'string') throw wrongType(op, 'a string or a file URL', name, path);
  try {
    return fileURLToPath(href);
  } catch {
    throw unexpected(op, 'a string or a file URL', name, describe(href));
  }
}
