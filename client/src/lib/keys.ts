/** What a key press is made of, as `KeyboardEvent` tells it. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/**
 * Names a key press: `r`, `Mod+k`, `Alt+Shift+ArrowUp`. `Mod` is Control, or Command on a Mac. Shift is named only
 * beside another modifier: alone it is part of the letter or sign that it makes.
 */
export function nameKey({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): string {
  const hasMod = ctrlKey || metaKey;
  const modifiers = [hasMod && 'Mod', altKey && 'Alt', shiftKey && (hasMod || altKey) && 'Shift'];
  return [...modifiers.filter(Boolean), key].join('+');
}

const signs: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Delete: 'Del',
  Escape: 'Esc',
};

const macSigns: Readonly<Record<string, string>> = { Mod: '⌘', Alt: '⌥', Shift: '⇧' };

/** Writes a key's name as keyboards do: "Ctrl+K", on a Mac "⌘K". */
export function describeKey(name: string, isMac = runsOnMac()): string {
  // The plus sign is a key as well.
  const parts = name === '+' ? ['+'] : name.split('+');
  const words = parts.map((part) => {
    const modifier = isMac ? macSigns[part] : part === 'Mod' ? 'Ctrl' : undefined;
    return modifier ?? signs[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  });
  return words.join(isMac ? '' : '+');
}

function runsOnMac(): boolean {
  return typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);
}
