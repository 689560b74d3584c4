/** The room between two neighbours when all are put in order anew. */
const STEP = 1000;
const DIGITS = 8;
const OURS = /^\d{8}$/;

/** A room that a space lists, with the `order` of its `m.space.child`. */
export interface OrderedChild {
  readonly roomId: string;
  readonly order: string | undefined;
}

/** An `order` to write (Client-Server API v1.19, "Ordering of children within a space"). */
export interface OrderChange {
  readonly roomId: string;
  readonly order: string;
}

/**
 * What to write so that children stand in a new order: for the one that moved alone where there is room between its
 * neighbours, else for all that change.
 *
 * @param children all of them, in the order that they are to have.
 */
export function planOrder(children: readonly OrderedChild[], movedId: string): OrderChange[] {
  const place = children.findIndex(({ roomId }) => roomId === movedId);
  const others = children.filter(({ roomId }) => roomId !== movedId).map(({ order }) => numberOf(order));
  const areInOrder = others.every((value, index) => value !== undefined && value > (others[index - 1] ?? 0));
  const before = place === 0 ? 0 : others[place - 1];
  const after = place === others.length ? (before ?? 0) + 2 * STEP : others[place];
  if (areInOrder && before !== undefined && after !== undefined && after - before > 1) {
    return [{ roomId: movedId, order: textOf(Math.floor((before + after) / 2)) }];
  }
  return children
    .map(({ roomId, order }, index) => ({ roomId, order: textOf((index + 1) * STEP), before: order }))
    .filter((change) => change.order !== change.before)
    .map(({ roomId, order }) => ({ roomId, order }));
}

function numberOf(order: string | undefined): number | undefined {
  return order !== undefined && OURS.test(order) ? Number(order) : undefined;
}

function textOf(value: number): string {
  return String(value).padStart(DIGITS, '0');
}
