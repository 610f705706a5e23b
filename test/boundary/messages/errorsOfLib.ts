/** The errors that lib can throw, read from its source: constructors of errors, and functions that make or throw one. */
import ts from 'typescript';

const oneLine = (node: ts.Node): string => node.getText().replace(/\s+/g, ' ');

/** Names of functions and methods that return or throw an error, by their return types. */
export function errorMakers(sources: readonly ts.SourceFile[]): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const type = ts.isFunctionLike(node) && node.type !== undefined ? node.type.getText() : '';
    if (/^(never|\w*Error)$/.test(type)) {
      const owner = ts.isArrowFunction(node) ? node.parent : node;
      const name = (owner as { name?: ts.Node }).name;
      if (name !== undefined) names.add(name.getText());
    }
    ts.forEachChild(node, visit);
  };
  sources.forEach(visit);
  return names;
}

/** The initializer of a constant, in the nearest scope that declares it. */
function constantFor(name: ts.Identifier): ts.Expression | undefined {
  for (let scope = name.parent as ts.Node | undefined; scope !== undefined; scope = scope.parent) {
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope) && !ts.isCaseClause(scope)) continue;
    for (const statement of scope.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find(
        (one) => ts.isIdentifier(one.name) && one.name.text === name.text,
      );
      if (found !== undefined) return found.initializer;
    }
  }
  return undefined;
}

/** Whether an expression is made of texts, so that its parts say more than its source. */
function isText(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return isText(node.expression);
  if (ts.isConditionalExpression(node)) return isText(node.whenTrue) || isText(node.whenFalse);
  if (ts.isBinaryExpression(node)) return isText(node.left) || isText(node.right);
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

/** The text of a message: `${...}` for what is computed, `{a|b}` for alternatives. */
function textOf(node: ts.Expression, depth = 0): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression, depth);
  if (ts.isTemplateExpression(node)) {
    const spans = node.templateSpans.map((one) => textOf(one.expression, depth) + one.literal.text);
    return node.head.text + spans.join('');
  }
  if (ts.isBinaryExpression(node) && isText(node)) {
    return textOf(node.left, depth) + textOf(node.right, depth);
  }
  if (ts.isConditionalExpression(node) && isText(node)) {
    return `{${textOf(node.whenTrue, depth)}|${textOf(node.whenFalse, depth)}}`;
  }
  if (ts.isIdentifier(node) && depth < 3) {
    const initializer = constantFor(node);
    if (initializer !== undefined && isText(initializer)) return textOf(initializer, depth + 1);
  }
  return `\${${oneLine(node)}}`;
}

const template = (args: readonly ts.Expression[], actual: (text: string) => string): string => {
  const [op, what, name] = args.map((one) => textOf(one));
  return `${op}: expected ${what} for ${name}, got ${actual(textOf(args[3]))}`;
};

/** What the helpers of lib/core/errors.ts say. */
const helpers: Record<string, (args: readonly ts.Expression[]) => string> = {
  wrongType: (args) => `TypeError ${template(args, () => '<actual>')}`,
  wrongValue: (args) => `RangeError ${template(args, () => '<actual>')}`,
  unexpected: (args) => `RangeError ${template(args, (text) => text)}`,
};

function nameOf(call: ts.CallExpression | ts.NewExpression): string {
  const callee = call.expression;
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text;
  return ts.isIdentifier(callee) ? callee.text : '';
}

/** A line for each error in a file, sorted and without repetitions. */
export function errorsIn(source: ts.SourceFile, makers: ReadonlySet<string>): string[] {
  const lines = new Set<string>();
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return;
    const name = nameOf(node);
    const args = [...(node.arguments ?? [])];
    if (ts.isNewExpression(node)) {
      if (/(Error|Refusal)$/.test(name) && args.length > 0) lines.add(`${name} ${textOf(args[0])}`);
    } else if (Object.hasOwn(helpers, name)) {
      if (args.length >= 4) lines.add(helpers[name](args));
    } else if (makers.has(name) || /^require[A-Z]/.test(name)) {
      if (!args.some(isText)) return; // it passes a message on
      const texts = args.map((one) => (isText(one) || ts.isIdentifier(one) ? textOf(one) : `\${${oneLine(one)}}`)); // prettier-ignore
      lines.add(`${name}(${texts.join(', ')})`);
    }
  };
  visit(source);
  return [...lines].sort();
}
