import { ContextMenu as BaseContext } from '@base-ui/react/context-menu';
import { Menu as Base } from '@base-ui/react/menu';
import type { LucideIcon } from 'lucide-react';
import type { ReactElement } from 'react';
import { joinClasses } from '../lib/join-classes.ts';
import styles from './Menu.module.css';

/** One line of a menu. */
export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly shortcut?: string | undefined;
  readonly isDangerous?: boolean;
  readonly perform: () => void;
}

interface MenuButtonProps {
  readonly entries: readonly MenuEntry[];
  /** The button that opens the menu. */
  readonly children: ReactElement;
  readonly side?: 'top' | 'bottom';
  readonly align?: 'start' | 'center' | 'end';
}

/** A menu under a button. */
export function MenuButton({ entries, children, side = 'bottom', align = 'start' }: MenuButtonProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner
          className={styles.positioner}
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
        >
          <Base.Popup className={styles.popup}>
            {entries.map((entry) => (
              <MenuLine key={entry.id} entry={entry} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface ContextMenuProps {
  readonly entries: readonly MenuEntry[];
  /** Called before the menu opens, with what was pressed; answer false to leave it closed. */
  readonly handleOpen?: (target: Element) => boolean;
  /** The area that it belongs to: right click, long press or the menu key open it. */
  readonly children: ReactElement;
}

/** A menu at the pointer. */
export function ContextMenu({ entries, handleOpen, children }: ContextMenuProps) {
  return (
    <BaseContext.Root
      onOpenChange={(isOpen, details) => {
        const target = details.event.target;
        if (isOpen && handleOpen && target instanceof Element && !handleOpen(target)) details.cancel();
      }}
    >
      <BaseContext.Trigger render={children} />
      <BaseContext.Portal>
        <BaseContext.Positioner className={styles.positioner} collisionPadding={8}>
          <BaseContext.Popup className={styles.popup}>
            {entries.map((entry) => (
              <MenuLine key={entry.id} entry={entry} />
            ))}
          </BaseContext.Popup>
        </BaseContext.Positioner>
      </BaseContext.Portal>
    </BaseContext.Root>
  );
}

function MenuLine({ entry }: { readonly entry: MenuEntry }) {
  const Icon = entry.icon;
  return (
    <Base.Item
      className={joinClasses(styles.item, entry.isDangerous && styles.danger)}
      onClick={entry.perform}
    >
      <Icon size={16} strokeWidth={1.75} aria-hidden />
      <span className={styles.label}>{entry.label}</span>
      {entry.shortcut !== undefined && (
        <kbd className={styles.shortcut} aria-hidden>
          {entry.shortcut}
        </kbd>
      )}
    </Base.Item>
  );
}
