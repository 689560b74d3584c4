import type { LucideIcon } from 'lucide-react';
import type { PlainMessageKey } from '../../lib/i18n/messages.ts';
import { t } from '../../lib/i18n/translate.ts';
import { readKeyOf } from '../../lib/key-bindings.ts';
import { describeKey, type KeyPress, nameKey } from '../../lib/keys.ts';
import type { MenuEntry } from '../../ui/Menu.tsx';

/** Something that a person can do, described once: menus, toolbars and keys all read the same description. */
export interface Action<Context> {
  readonly id: string;
  readonly label: PlainMessageKey;
  readonly icon: LucideIcon;
  /** The key that does it unless somebody chose another one, as `nameKey` names it. */
  readonly key?: string;
  readonly isDangerous?: boolean;
  readonly isAvailable: (context: Context) => boolean;
  readonly perform: (context: Context) => void;
}

/** The actions that can be done now, as lines of a menu. */
export function listMenuEntries<Context>(
  actions: readonly Action<Context>[],
  context: Context,
): readonly MenuEntry[] {
  return actions
    .filter((action) => action.isAvailable(context))
    .map((action) => {
      const key = readKeyOf(action);
      return {
        id: action.id,
        label: t(action.label),
        icon: action.icon,
        shortcut: key === undefined ? undefined : describeKey(key),
        isDangerous: action.isDangerous ?? false,
        perform: () => action.perform(context),
      };
    });
}

/** Does what a key stands for here; false when it stands for nothing. */
export function performByKey<Context>(
  actions: readonly Action<Context>[],
  context: Context,
  pressed: KeyPress,
): boolean {
  const name = nameKey(pressed).toLowerCase();
  const action = actions.find((candidate) => readKeyOf(candidate)?.toLowerCase() === name);
  if (!action?.isAvailable(context)) return false;
  action.perform(context);
  return true;
}
