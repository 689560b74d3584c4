import { create } from 'zustand';
import { fitAccent } from './accent.ts';
import { keepItem } from './keep-item.ts';
import { asObject, asString } from './parse.ts';

/** How the client looks in this browser, apart from the theme. */
export interface Appearance {
  /** Whether contrast is higher than AA asks for, whatever the system says. */
  readonly hasHighContrast: boolean;
  readonly isCompact: boolean;
  /** The size of text in percent of what the browser has. */
  readonly textSize: number;
  /** `#rrggbb`; undefined for ours. */
  readonly accent: string | undefined;
}

export const textSizes: readonly number[] = [80, 90, 100, 110, 125, 150];

/** The same key as in public/theme.js, which applies `painted` before the first paint. */
const storageKey = 'guildhall.appearance';

export function parseAppearance(stored: unknown): Appearance {
  const fields = asObject(stored) ?? {};
  const accent = asString(fields.accent);
  const textSize = textSizes.find((size) => size === fields.textSize);
  return {
    hasHighContrast: fields.hasHighContrast === true,
    isCompact: fields.isCompact === true,
    textSize: textSize ?? 100,
    accent: accent !== undefined && fitAccent(accent) ? accent : undefined,
  };
}

function load(): Appearance {
  try {
    return parseAppearance(JSON.parse(localStorage.getItem(storageKey) ?? '{}'));
  } catch {
    return parseAppearance({});
  }
}

export const useAppearance = create<Appearance>(load);

/** What an appearance means for the root element: `data-` attributes and properties of its style. */
function paint({ hasHighContrast, isCompact, textSize, accent }: Appearance): {
  readonly data: Readonly<Record<string, string>>;
  readonly style: Readonly<Record<string, string>>;
} {
  return {
    data: { ...(hasHighContrast && { contrast: 'more' }), ...(isCompact && { density: 'compact' }) },
    style: {
      ...(textSize !== 100 && { 'font-size': `${textSize}%` }),
      ...(accent !== undefined && fitAccent(accent)),
    },
  };
}

/** Shows it at once, and remembers it. */
export function changeAppearance(changes: Partial<Appearance>): void {
  const { dataset, style } = document.documentElement;
  const before = paint(useAppearance.getState());
  for (const name of Object.keys(before.data)) delete dataset[name];
  for (const name of Object.keys(before.style)) style.removeProperty(name);
  useAppearance.setState(changes);
  const appearance = useAppearance.getState();
  const painted = paint(appearance);
  Object.assign(dataset, painted.data);
  for (const [name, value] of Object.entries(painted.style)) style.setProperty(name, value);
  keepItem(storageKey, JSON.stringify({ ...appearance, painted }));
}
