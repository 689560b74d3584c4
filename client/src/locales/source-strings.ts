import { asNodes, isNode, parseSource, readName, type SyntaxNode, visit } from './syntax-tree.ts';

/** What is found in a source file. */
export interface SourceStrings {
  /** Words for people that were written into a view instead of the messages. */
  readonly raw: readonly string[];
  /** String literals, some of which are keys of messages. */
  readonly literals: readonly string[];
  /** The constant beginnings of template literals, some of which build keys. */
  readonly beginnings: readonly string[];
}

/** Attributes that hold words for people. */
const wordAttributes = new Set([
  'alt',
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'description',
  'hint',
  'label',
  'lead',
  'placeholder',
  'submitLabel',
  'text',
  'title',
]);

/** Functions that say something to people. */
const sayingFunctions = new Set(['showToast', 'setError', 'useTitle']);

/** The name of the product is the same in every language. */
const names = new Set(['Guildhall']);

/** Reads what a TypeScript file says to people. */
export function readSourceStrings(file: string, source: string): SourceStrings {
  const raw: string[] = [];
  const literals: string[] = [];
  const beginnings: string[] = [];
  const judge = (words: unknown): void => {
    if (typeof words === 'string' && /\p{L}{2}/u.test(words) && !names.has(words.trim()))
      raw.push(words.trim());
  };
  visit(parseSource(file, source), (node) => {
    if (node.type === 'JSXText') judge(node.value);
    if (node.type === 'JSXAttribute' && wordAttributes.has(readName(node.name)))
      judgeValue(node.value, judge);
    if (node.type === 'CallExpression' && sayingFunctions.has(readName(node.callee)))
      for (const argument of asNodes(node.arguments).slice(0, 1)) judgeValue(argument, judge);
    if (node.type === 'Literal' && typeof node.value === 'string') literals.push(node.value);
    if (node.type === 'TemplateLiteral') beginnings.push(readBeginning(node));
  });
  return { raw, literals, beginnings };
}

/** A value that is written down: a literal, or one of the two of a condition. */
function judgeValue(value: unknown, judge: (words: unknown) => void): void {
  if (!isNode(value)) return;
  if (value.type === 'Literal') judge(value.value);
  if (value.type === 'JSXExpressionContainer') judgeValue(value.expression, judge);
  if (value.type === 'TemplateLiteral') for (const part of asNodes(value.quasis)) judge(readCooked(part));
  if (value.type === 'ConditionalExpression') {
    judgeValue(value.consequent, judge);
    judgeValue(value.alternate, judge);
  }
}

function readBeginning(template: SyntaxNode): string {
  return readCooked(asNodes(template.quasis)[0]);
}

function readCooked(part: SyntaxNode | undefined): string {
  const value = part?.value;
  if (typeof value !== 'object' || value === null || !('cooked' in value)) return '';
  return typeof value.cooked === 'string' ? value.cooked : '';
}
