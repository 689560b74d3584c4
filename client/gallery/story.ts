import type { ReactNode } from 'react';

/** Stories by what they show; each renders one component in one state. */
export type Stories = Readonly<Record<string, () => ReactNode>>;
