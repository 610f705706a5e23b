// Docstrings by the template: a description of every public name, a line for every parameter, what functions and methods
// return, an example of functions, classes and methods of Tensor. Names in exceptions.json are not looked at yet: a name
// there that has all of it is an error, so that the list shrinks.
//   --docstrings prune   deletes names from the list that need no exception any more
//   --docstrings list    prints what the names on the list lack
//   --docstrings off     checks nothing, to write the site while names are unfinished
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, ParameterType, ReflectionKind } from 'typedoc';

const file = join(dirname(fileURLToPath(import.meta.url)), 'exceptions.json');

const hasText = (comment) => comment?.summary.some((part) => part.text.trim() !== '') ?? false;
const hasTag = (one, tag) => one.comment?.getTag(tag) !== undefined;

/** Whether a type is void, or a promise of it. */
function isVoid(type) {
  if (type?.type === 'reference' && type.name === 'Promise') return isVoid(type.typeArguments?.[0]);
  return type === undefined || (type.type === 'intrinsic' && type.name === 'void');
}

/** Whether the properties of a parameter are described: `@param options.dim` is enough for `options`. */
function hasDescribedProperties(type) {
  if (type?.type === 'union' || type?.type === 'intersection') {
    return type.types.some(hasDescribedProperties);
  }
  if (type?.type === 'reference') return (type.highlightedProperties?.size ?? 0) > 0;
  const children = type?.type === 'reflection' ? (type.declaration.children ?? []) : [];
  return children.length > 0 && children.every(({ comment }) => hasText(comment));
}

/** Parameters without words in any of the signatures: overloads need not repeat them. */
function silentParameters(signatures) {
  const names = new Set();
  const described = new Set();
  for (const { parameters = [] } of signatures) {
    for (const { name, comment, type } of parameters) {
      names.add(name);
      if (hasText(comment) || hasDescribedProperties(type)) described.add(name);
    }
  }
  return [...names].filter((name) => !described.has(name)).map((name) => `@param ${name}`);
}

function missingInFunction({ signatures = [] }, needsExample) {
  const missing = silentParameters(signatures);
  if (!signatures.some((one) => hasText(one.comment))) missing.push('a description');
  const returns = signatures.some((one) => !isVoid(one.type));
  if (returns && !signatures.some((one) => hasTag(one, '@returns'))) missing.push('@returns');
  if (needsExample && !signatures.some((one) => hasTag(one, '@example'))) missing.push('@example');
  return missing;
}

function missingInClass(one) {
  const missing = hasText(one.comment) ? [] : ['a description'];
  const made = one.children?.find((child) => child.kindOf(ReflectionKind.Constructor));
  if (made !== undefined && made.inheritedFrom === undefined) {
    missing.push(...silentParameters(made.signatures ?? []));
  }
  if (!hasTag(one, '@example')) missing.push('@example');
  return missing;
}

/** `add_` is described by `add`. */
function isInPlaceForm(one) {
  return one.name.endsWith('_') && one.parent?.getChildByName([one.name.slice(0, -1)]);
}

/** What the docstring of a public name lacks. */
function missingIn(one) {
  if (one.inheritedFrom !== undefined) return [];
  if (one.kindOf(ReflectionKind.Function)) return missingInFunction(one, true);
  if (one.kindOf(ReflectionKind.Class)) return missingInClass(one);
  if (!one.kindOf(ReflectionKind.Method) || one.name.startsWith('[') || isInPlaceForm(one))
    return [];
  return missingInFunction(one, one.parent?.name === 'Tensor');
}

/** The folder of lib that declares a name. */
function folderOf(project, one) {
  const path = project.getSymbolIdFromReflection(one)?.packagePath ?? 'lib/index.ts';
  return dirname(path);
}

/** Names in the list by folder, sorted. */
function readList() {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function writeList({ reason, names }) {
  const folders = Object.entries(names)
    .filter(([, list]) => list.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([folder, list]) => [folder, [...new Set(list)].sort()]);
  const text = JSON.stringify({ reason, names: Object.fromEntries(folders) }, null, 2);
  writeFileSync(file, `${text}\n`);
}

function validate(project, mode, logger) {
  const list = readList();
  const listed = new Set(Object.values(list.names).flat());
  const lacking = new Map();
  const kinds = ReflectionKind.Function | ReflectionKind.Method | ReflectionKind.Class;
  for (const one of project.getReflectionsByKind(kinds)) {
    const missing = missingIn(one);
    if (missing.length === 0) continue;
    const name = one.getFullName();
    lacking.set(name, missing.join(', '));
    if (listed.has(name)) continue;
    if (mode === 'add') (list.names[folderOf(project, one)] ??= []).push(name);
    else
      logger.validationWarning(
        `${name} (${folderOf(project, one)}): its docstring lacks ${missing.join(', ')}`,
      );
  }
  if (mode === 'list') {
    for (const name of listed) logger.info(`${name} lacks ${lacking.get(name) ?? 'nothing'}`);
  }
  if (mode === 'prune' || mode === 'add') {
    for (const [folder, names] of Object.entries(list.names)) {
      list.names[folder] = names.filter((name) => lacking.has(name));
    }
    writeList(list);
    return;
  }
  const done = [...listed].filter((name) => !lacking.has(name));
  if (done.length > 0) {
    logger.validationWarning(
      `scripts/typedoc/exceptions.json lists names that need no exception (npm run docs -- --prune deletes them): ${done.join(', ')}`,
    );
  }
}

export function load(app) {
  app.options.addDeclaration({
    name: 'docstrings',
    help: 'What to do with the list of exceptions',
    type: ParameterType.String,
    defaultValue: 'check',
  });
  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => {
    const mode = app.options.getValue('docstrings');
    if (mode !== 'off') validate(project, mode, app.logger);
  });
}
