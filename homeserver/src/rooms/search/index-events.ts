import { redactsOf } from '../../protocol/events.ts';
import { relationOf } from '../../protocol/relations.ts';
import { wordsOf } from '../../protocol/words.ts';
import { LogKind, type LogRow, type StoredEvent, type UnitOfWork } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { searchableText, searchKeyOf } from './searchable-text.ts';

/** The words of a message that a search knows, at most: a text of 64 KiB has no more that matter. */
const MOST_WORDS = 5000;

/**
 * Brings what is searched up to some rows of the log, in a unit. Safe to repeat: what an event is found by is found out
 * from how it is now, with its newest edit and its redaction.
 */
export async function indexEvents(
  context: RoomsContext,
  rows: readonly LogRow[],
  unit: UnitOfWork,
): Promise<void> {
  const nids = rows.flatMap(({ kind, ref }) => (kind === LogKind.Event && ref !== undefined ? [ref] : []));
  const { events } = context.storage;
  const touched = new Map<number, StoredEvent>();
  const targets = new Set<string>();
  for (const event of await events.getAll(nids)) {
    if (searchKeyOf(event.pdu) !== undefined) touched.set(event.nid, event);
    const target = await targetOf(context, event);
    if (target !== undefined) targets.add(target);
  }
  for (const event of (await events.getAllById([...targets])).values()) {
    touched.set(event.nid, event);
    // The redaction of an edit changes what the edited event is found by.
    const edited = editedBy(event);
    const parent = edited === undefined ? undefined : await events.getById(edited);
    if (parent !== undefined) touched.set(parent.nid, parent);
  }
  await indexAll(context, [...touched.values()], unit);
}

async function indexAll(
  { storage }: RoomsContext,
  touched: readonly StoredEvent[],
  unit: UnitOfWork,
): Promise<void> {
  const edits = await storage.relations.newestEdits(
    await storage.relations.parentsAmong(touched.map(({ eventId }) => eventId)),
  );
  const contents = new Map(
    (await storage.events.getAll([...edits.values()])).map((edit) => [edit.nid, edit.pdu.content]),
  );
  for (const event of touched) {
    if (searchKeyOf(event.pdu) === undefined) continue;
    const isFound = event.redactedBy === null && editedBy(event) === undefined;
    const edit = contents.get(edits.get(event.eventId) ?? 0);
    const words = isFound ? wordsOf(searchableText(event.pdu, edit)) : [];
    storage.search.set(unit, event.nid, event.roomNid, [...new Set(words.slice(0, MOST_WORDS))]);
  }
}

/** The event whose text an event changes: it redacts or edits it. */
async function targetOf({ registry }: RoomsContext, event: StoredEvent): Promise<string | undefined> {
  if (event.pdu.type !== 'm.room.redaction') return editedBy(event);
  const room = await registry.byNid(event.roomNid);
  return room === undefined ? undefined : redactsOf(event.pdu, room.rules);
}

function editedBy({ pdu }: StoredEvent): string | undefined {
  const relation = relationOf(pdu);
  return relation?.relType === 'm.replace' ? relation.eventId : undefined;
}
