import { ArrowDown, ArrowUp, FolderInput, FolderOutput, Pencil } from 'lucide-react';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { Gateway } from '../../matrix/gateway.ts';
import { idOf, moveBy, putTogether, type RailItem, takeOut } from '../../matrix/rail.ts';
import { showToast } from '../../ui/toast-store.ts';
import { openDialog } from '../dialog-store.ts';
import type { Action } from './action.ts';

/** A guild or a folder on the rail, and the rail as it is seen. */
export interface RailContext {
  readonly gateway: Gateway;
  readonly items: readonly RailItem[];
  readonly id: string;
}

/** Keeps another order of the rail, on all our devices. */
export function changeRail(gateway: Gateway, items: readonly RailItem[]): void {
  gateway.rail.change(() => ({ items })).catch((error: unknown) => showToast(describeError(error), 'danger'));
}

/** A folder that does not exist yet. */
export function makeFolder(): { readonly folderId: string; readonly name: string } {
  const random = crypto.getRandomValues(new Uint32Array(2));
  return { folderId: `folder-${random.join('-')}`, name: t('rail.folder') };
}

function findFolder({ items, id }: RailContext) {
  return items.find((item) => item.kind === 'folder' && item.folderId === id);
}

function isInFolder({ items, id }: RailContext): boolean {
  return items.some((item) => item.kind === 'folder' && item.guildIds.includes(id));
}

/** What stands above a guild on the rail. */
function findAbove({ items, id }: RailContext): RailItem | undefined {
  return items[items.findIndex((item) => item.kind === 'guild' && item.guildId === id) - 1];
}

const mover = (
  by: 1 | -1,
  label: 'rail.moveUp' | 'rail.moveDown',
  icon: typeof ArrowUp,
): Action<RailContext> => ({
  id: label,
  label,
  icon,
  isAvailable: ({ items, id }) => JSON.stringify(moveBy(items, id, by)) !== JSON.stringify(items),
  perform: ({ gateway, items, id }) => changeRail(gateway, moveBy(items, id, by)),
});

const putWithAbove: Action<RailContext> = {
  id: 'rail.together',
  label: 'rail.together',
  icon: FolderInput,
  isAvailable: (context) => findAbove(context) !== undefined,
  perform: (context) => {
    const above = findAbove(context);
    if (above) changeRail(context.gateway, putTogether(context.items, context.id, idOf(above), makeFolder()));
  },
};

const takeOutOfFolder: Action<RailContext> = {
  id: 'rail.out',
  label: 'rail.out',
  icon: FolderOutput,
  isAvailable: isInFolder,
  perform: ({ gateway, items, id }) => changeRail(gateway, takeOut(items, id)),
};

const renameFolder: Action<RailContext> = {
  id: 'rail.rename',
  label: 'rail.rename',
  icon: Pencil,
  isAvailable: (context) => findFolder(context) !== undefined,
  perform: ({ id }) => openDialog({ kind: 'rename-folder', folderId: id }),
};

/** What can be done with what stands on the rail. */
export const railActions: readonly Action<RailContext>[] = [
  mover(-1, 'rail.moveUp', ArrowUp),
  mover(1, 'rail.moveDown', ArrowDown),
  putWithAbove,
  takeOutOfFolder,
  renameFolder,
];
