import { type DragEvent, useState } from 'react';
import { changeRail, makeFolder } from '../../app/actions/rail-actions.ts';
import type { Gateway } from '../../matrix/gateway.ts';
import { idOf, moveBefore, putTogether, type RailItem } from '../../matrix/rail.ts';

/** Names what is dragged, so that links and files are not taken for guilds. */
const dragType = 'application/x-guildhall-rail';

/** Where something would land: before an item, after it, or together with it. */
interface Landing {
  readonly id: string;
  readonly zone: 'before' | 'after' | 'together';
}

/** What an item of the rail needs to be dragged, and to be dropped upon. */
export interface DragHandlers {
  readonly draggable: true;
  readonly 'data-drop': Landing['zone'] | undefined;
  readonly onDragStart: (event: DragEvent) => void;
  readonly onDragOver: (event: DragEvent) => void;
  readonly onDragLeave: () => void;
  readonly onDrop: (event: DragEvent) => void;
}

/** Lets people drag guilds and folders along the rail: between others, or a guild onto another one for a folder. */
export function useRailDrag(gateway: Gateway, items: readonly RailItem[]): (id: string) => DragHandlers {
  const [landing, setLanding] = useState<Landing>();
  return (id) => ({
    draggable: true,
    'data-drop': landing?.id === id ? landing.zone : undefined,
    onDragStart: (event) => {
      event.stopPropagation();
      event.dataTransfer.clearData();
      event.dataTransfer.setData(dragType, id);
      event.dataTransfer.effectAllowed = 'move';
    },
    onDragOver: (event) => {
      if (!event.dataTransfer.types.includes(dragType)) return;
      event.preventDefault();
      event.stopPropagation();
      // The tile alone: below that of a folder lies what is in it.
      const tile = event.currentTarget.firstElementChild ?? event.currentTarget;
      const { top, height } = tile.getBoundingClientRect();
      const share = (event.clientY - top) / height;
      const zone = share < 0.3 ? 'before' : share > 0.7 ? 'after' : 'together';
      if (landing?.id !== id || landing.zone !== zone) setLanding({ id, zone });
    },
    onDragLeave: () => setLanding(undefined),
    onDrop: (event) => {
      const movedId = event.dataTransfer.getData(dragType);
      if (movedId === '') return;
      event.preventDefault();
      event.stopPropagation();
      setLanding(undefined);
      if (landing) changeRail(gateway, land(items, movedId, landing));
    },
  });
}

function land(items: readonly RailItem[], movedId: string, { id, zone }: Landing): readonly RailItem[] {
  // What lies in a folder stands for it.
  const place = items.findIndex((item) => {
    return idOf(item) === id || (item.kind === 'folder' && item.guildIds.includes(id));
  });
  const target = items[place];
  if (!target || idOf(target) === movedId) return items;
  const isFolder = items.some((item) => item.kind === 'folder' && item.folderId === movedId);
  if (zone === 'together' && !isFolder) return putTogether(items, movedId, idOf(target), makeFolder());
  const before = zone === 'before' ? target : items[place + 1];
  return moveBefore(items, movedId, before && idOf(before));
}
