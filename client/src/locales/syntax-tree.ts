import { parseSync } from 'oxc-parser';

/** A node of the tree that a source file is parsed into (ESTree). */
export interface SyntaxNode {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Parses a TypeScript file; what comes back is walked with `visit`. */
export function parseSource(file: string, source: string): unknown {
  return parseSync(file, source).program;
}

/** Looks at every node, each before what is in it; where `look` answers false, what is in it is left out. */
export function visit(value: unknown, look: (node: SyntaxNode) => unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, look);
  } else if (isNode(value)) {
    if (look(value) === false) return;
    for (const child of Object.values(value)) visit(child, look);
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

export function asNodes(value: unknown): readonly SyntaxNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The name of an identifier, of a JSX element or of its attribute; empty for anything else. */
export function readName(value: unknown): string {
  return isNode(value) && typeof value.name === 'string' ? value.name : '';
}
