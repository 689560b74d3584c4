import type { SpaceChild } from './channel-tree.ts';

/** The room between two neighbours when all are put in order anew. */
const step = 1000;
const digits = 8;
const ours = /^\d{8}$/;

function write(position: number): string {
  return String(position).padStart(digits, '0');
}

/** A change of the `order` of an `m.space.child` (Matrix 1.19, "Ordering of children within a space"). */
export interface OrderChange {
  readonly roomId: string;
  readonly order: string;
}

/**
 * What to write so that children stand in a new order: for the one that moved alone where there is room between its
 * neighbours, else for all.
 * @param children all of them, in the order that they are to have.
 */
export function planOrder(children: readonly SpaceChild[], movedId: string): readonly OrderChange[] {
  const index = children.findIndex(({ roomId }) => roomId === movedId);
  const read = (child: SpaceChild | undefined): number | undefined =>
    child?.order !== undefined && ours.test(child.order) ? Number(child.order) : undefined;
  const others = children.filter(({ roomId }) => roomId !== movedId);
  const areOurs = others.every((child, place) => {
    return read(child) !== undefined && (place === 0 || (read(child) ?? 0) > (read(others[place - 1]) ?? 0));
  });
  const before = index === 0 ? 0 : read(children[index - 1]);
  const after = index === children.length - 1 ? (before ?? 0) + 2 * step : read(children[index + 1]);
  if (index >= 0 && areOurs && before !== undefined && after !== undefined && after - before > 1)
    return [{ roomId: movedId, order: write(Math.floor((before + after) / 2)) }];
  return children.flatMap((child, place) => {
    const order = write((place + 1) * step);
    return child.order === order ? [] : [{ roomId: child.roomId, order }];
  });
}
