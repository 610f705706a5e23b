/** The errors of the addon, read from its source: what it passes to the functions and classes that report one. */

const reports =
  /\b(?:Expected|ArgumentError|DataError|ReplayError|logic_error|refuse|raise|MakeError)\(|\berror = (?=")/g;

/** The source from `start` to the end of the call or the statement. */
function extentFrom(text: string, start: number): string {
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return text.slice(start, i + 1);
    else if (char === ';' && depth === 0) return text.slice(start, i);
  }
  return text.slice(start);
}

/** A line for each error in a file, sorted and without repetitions. */
export function errorsInNative(text: string): string[] {
  const code = text.replace(/^\s*(?:\/\/|#include|#define).*$/gm, '');
  const lines = new Set<string>();
  for (const { index } of code.matchAll(reports)) {
    const line = extentFrom(code, index).replace(/\s+/g, ' ').replaceAll(/" "/g, '');
    if (line.includes('"')) lines.add(line);
  }
  return [...lines].sort();
}
