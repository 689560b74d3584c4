import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { en } from '../../src/locales/en.ts';
import {
  asNodes,
  isNode,
  parseSource,
  readName,
  type SyntaxNode,
  visit,
} from '../../src/locales/syntax-tree.ts';

const sources = fileURLToPath(new URL('../../src', import.meta.url));

/** What people press, choose or fill in, by the names that elements have in views. */
const controlElements = new Set([
  'a',
  'AuthForm',
  'Button',
  'button',
  'ChoiceGroup',
  'IconButton',
  'input',
  'Link',
  'PasswordField',
  'select',
  'SelectField',
  'SubmitForm',
  'summary',
  'Switch',
  'TextAreaField',
  'textarea',
  'TextField',
]);

/** What stands on controls and names none: how the connection is, on the button of one's own profile. */
const states: ReadonlySet<string> = new Set(['account.connecting']);

const nameAttributes = new Set(['aria-label', 'label', 'submitLabel']);

const messages: Readonly<Record<string, string>> = en;
const pluralEnding = /_(one|other)$/;
const messageKeys = new Set(Object.keys(messages).map((key) => key.replace(pluralEnding, '')));

/** What people can press, choose or fill in. */
export interface Control {
  /** The key of the message that names it. */
  readonly message: string;
  /** A file in which it stands. */
  readonly file: string;
  /** The key on the keyboard that does the same, as `nameKey` names it. */
  readonly key?: string;
}

/** Every control of the client, by the message that names it. */
export function listControls(): readonly Control[] {
  const controls = new Map<string, Control>();
  for (const file of globSync('{app,features,scenes}/**/*.{ts,tsx}', { cwd: sources })) {
    // Commands are typed; writing.e2e.ts does each of them.
    if (file.endsWith('.test.ts') || file.endsWith('/commands.ts')) continue;
    const program = parseSource(file, readFileSync(join(sources, file), 'utf8'));
    const isActions = file.startsWith('app/actions/');
    const keys = isActions ? listKeyboardKeys(program) : undefined;
    // Actions name their label, and say everything else with `t`.
    for (const message of isActions ? listKeys(program, isSaying) : listNames(program)) {
      if (states.has(message)) continue;
      const key = keys?.get(message);
      if (!controls.has(message)) controls.set(message, { message, file, ...(key !== undefined && { key }) });
    }
  }
  return [...controls.values()];
}

function isSaying(node: SyntaxNode): boolean {
  return node.type === 'CallExpression' && readName(node.callee) === 't';
}

/** The keys on the keyboard that actions have from the start, by the message that names the action. */
function listKeyboardKeys(program: unknown): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  visit(program, (node) => {
    if (node.type !== 'ObjectExpression') return;
    const read = (name: string): unknown =>
      asNodes(node.properties)
        .filter(({ key }) => readName(key) === name)
        .map(({ value }) => (isNode(value) ? value.value : undefined))[0];
    const [label, key] = [read('label'), read('key')];
    if (typeof label === 'string' && typeof key === 'string') keys.set(label, key);
  });
  return keys;
}

/** The keys that name elements, lines of menus and choices. */
function listNames(program: unknown): readonly string[] {
  const keys: string[] = [];
  visit(program, (node) => {
    if (node.type === 'ObjectExpression')
      keys.push(
        ...asNodes(node.properties).flatMap(({ key, value }) =>
          readName(key) === 'label' ? listKeys(value) : [],
        ),
      );
    if (node.type === 'JSXElement') keys.push(...listElementNames(node));
  });
  return keys;
}

function listElementNames({ openingElement, children }: SyntaxNode): readonly string[] {
  if (!isNode(openingElement) || !controlElements.has(readName(openingElement.name))) return [];
  const attributes = asNodes(openingElement.attributes).filter(({ name }) =>
    nameAttributes.has(readName(name)),
  );
  return listKeys(attributes.length > 0 ? attributes : children);
}

/** The keys of messages among the literals of a part of a file. */
function listKeys(part: unknown, isLeftOut: (node: SyntaxNode) => boolean = () => false): readonly string[] {
  const keys: string[] = [];
  visit(part, (node) => {
    if (isLeftOut(node)) return false;
    if (node.type === 'Literal' && typeof node.value === 'string' && messageKeys.has(node.value))
      keys.push(node.value);
    return true;
  });
  return keys;
}

const patterns = Object.entries(messages).map(([key, text]) => ({
  key: key.replace(pluralEnding, ''),
  pattern: new RegExp(
    `^${text
      .split(/\{\{[^}]*\}\}/)
      .map(RegExp.escape)
      .join('.+')}$`,
    'u',
  ),
}));

/** The keys of the messages that a name may be. */
export function findMessages(name: string): readonly string[] {
  return patterns.filter(({ pattern }) => pattern.test(name)).map(({ key }) => key);
}
