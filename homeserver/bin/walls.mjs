// Checks the walls between the rooms: every import, of types too, against wall-rules.mjs.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { FOLDER_WALLS, HOMESERVER_ROOMS, PACKAGE_WALLS } from './wall-rules.mjs';

const SOURCE = /\.(ts|tsx|mts|mjs|js)$/;
/** Tests may reach for whatever they test with. */
const TEST = /\.(test|e2e)\.tsx?$/;
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'public']);
const HOMESERVER_SOURCE = 'homeserver/src/';

/**
 * What is wrong with the imports below `root`, one sentence each.
 * @param {string} root
 * @param {readonly string[]} folders
 * @returns {string[]}
 */
export function checkWalls(root, folders) {
  const files = folders.flatMap((folder) => listSources(root, folder));
  return files.flatMap((path) => checkFile(path, readFileSync(join(root, path), 'utf8')));
}

/**
 * What is wrong with the imports of one file.
 * @param {string} path from the root of the repository, with forward slashes
 * @param {string} source
 * @returns {string[]}
 */
export function checkFile(path, source) {
  if (TEST.test(path)) return [];
  return findImports(path, source).flatMap(({ specifier, line }) => {
    const why = specifier.startsWith('.')
      ? checkRelative(path, posix.join(dirname(path), specifier))
      : checkPackage(path, specifier);
    return why === undefined ? [] : [`${path}:${line} imports ${specifier}: ${why}`];
  });
}

/**
 * @param {string} path
 * @param {string} target
 * @returns {string | undefined} why it may not be imported
 */
function checkRelative(path, target) {
  const wall = FOLDER_WALLS.find(({ from, to }) => isWithin(path, from) && isWithin(target, to));
  if (wall) return wall.why;
  const room = roomOf(path);
  const targetRoom = roomOf(target);
  if (room === undefined || targetRoom === undefined || room === targetRoom) return undefined;
  const rule = HOMESERVER_ROOMS[room];
  if (!rule) return `the room ${room} has no walls yet: say in wall-rules.mjs what it may use`;
  if (rule.uses.includes(targetRoom)) return undefined;
  if (!rule.usesIndexOf?.includes(targetRoom)) return `${room} may not use ${targetRoom}: ${rule.why}`;
  if (target === `${HOMESERVER_SOURCE}${targetRoom}/index.ts`) return undefined;
  return `${room} may use only ${targetRoom}/index.ts: ${rule.why}`;
}

/**
 * @param {string} path
 * @param {string} specifier
 * @returns {string | undefined}
 */
function checkPackage(path, specifier) {
  const wall = PACKAGE_WALLS.find(
    ({ packages, within, only }) =>
      packages.test(specifier) && isWithin(path, within) && !only.some((folder) => isWithin(path, folder)),
  );
  if (wall) return wall.why;
  const room = roomOf(path);
  const rule = room === undefined ? undefined : HOMESERVER_ROOMS[room];
  if (!rule?.onlyBuiltins || !specifier.startsWith('node:')) return undefined;
  return rule.onlyBuiltins.includes(specifier) ? undefined : rule.why;
}

/**
 * Imports and re-exports, of types too, dynamic ones, and files named by `new URL(..., import.meta.url)`.
 * @param {string} path
 * @param {string} source
 * @returns {{ specifier: string, line: number }[]}
 */
function findImports(path, source) {
  const { program, errors } = parseSync(path, source);
  if (errors[0]) throw new Error(`${path} cannot be parsed: ${errors[0].message}`);
  /** @type {{ specifier: string, line: number }[]} */
  const found = [];
  /** @param {{ type: string, start: number, value?: unknown } | null} node */
  const add = (node) => {
    if (node?.type !== 'Literal' || typeof node.value !== 'string') return;
    found.push({ specifier: node.value, line: source.slice(0, node.start).split('\n').length });
  };
  new Visitor({
    ImportDeclaration: ({ source }) => add(source),
    ExportNamedDeclaration: ({ source }) => add(source),
    ExportAllDeclaration: ({ source }) => add(source),
    ImportExpression: ({ source }) => add(source),
    TSImportType: ({ source }) => add(source),
    NewExpression: ({ callee, arguments: [first] }) => {
      if (callee.type === 'Identifier' && callee.name === 'URL' && first) add(first);
    },
  }).visit(program);
  return found;
}

/**
 * The room of homeserver/src that a file belongs to.
 * @param {string} path
 */
function roomOf(path) {
  return path.startsWith(HOMESERVER_SOURCE) ? path.slice(HOMESERVER_SOURCE.length).split('/')[0] : undefined;
}

/**
 * @param {string} path
 * @param {string} folder
 */
function isWithin(path, folder) {
  return path.startsWith(`${folder}/`);
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function listSources(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : listSources(root, path);
    return SOURCE.test(entry.name) ? [path] : [];
  });
}
