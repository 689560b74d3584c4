import { Direction, type EventTimeline, type MatrixEvent } from 'matrix-js-sdk';

/** The SDK keeps what is loaded of a room as pieces that may be linked to their neighbours; these read such a chain. */

export function firstOf(timeline: EventTimeline): EventTimeline {
  let first = timeline;
  for (let next = first.getNeighbouringTimeline(Direction.Backward); next; ) {
    first = next;
    next = first.getNeighbouringTimeline(Direction.Backward);
  }
  return first;
}

export function lastOf(timeline: EventTimeline): EventTimeline {
  let last = timeline;
  for (let next = last.getNeighbouringTimeline(Direction.Forward); next; ) {
    last = next;
    next = last.getNeighbouringTimeline(Direction.Forward);
  }
  return last;
}

/** The events of all pieces that are linked to this one, oldest first. */
export function listChainEvents(timeline: EventTimeline): MatrixEvent[] {
  const events: MatrixEvent[] = [];
  for (let piece: EventTimeline | null = firstOf(timeline); piece; ) {
    events.push(...piece.getEvents());
    piece = piece.getNeighbouringTimeline(Direction.Forward);
  }
  return events;
}
