import { expect } from 'chai';
import type { LucideIcon } from 'lucide-react';
import { type Action, listMenuEntries, performByKey } from './action.ts';

const icon = {} as LucideIcon;
const press = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

function createActions(log: string[]): readonly Action<{ readonly canDelete: boolean }>[] {
  return [
    {
      id: 'reply',
      label: 'message.reply',
      icon,
      key: 'r',
      isAvailable: () => true,
      perform: () => log.push('reply'),
    },
    {
      id: 'delete',
      label: 'message.delete',
      icon,
      key: 'Delete',
      isDangerous: true,
      isAvailable: ({ canDelete }) => canDelete,
      perform: () => log.push('delete'),
    },
  ];
}

describe('actions', () => {
  it('offers what is available, in order', () => {
    const actions = createActions([]);
    expect(listMenuEntries(actions, { canDelete: true }).map(({ id }) => id)).to.deep.equal([
      'reply',
      'delete',
    ]);
    expect(listMenuEntries(actions, { canDelete: false }).map(({ id }) => id)).to.deep.equal(['reply']);
  });

  it('performs an action by its key, in either case', () => {
    const log: string[] = [];
    expect(performByKey(createActions(log), { canDelete: true }, { ...press, key: 'R' })).to.equal(true);
    expect(log).to.deep.equal(['reply']);
  });

  it('leaves keys alone that mean something else', () => {
    const log: string[] = [];
    const actions = createActions(log);
    expect(performByKey(actions, { canDelete: true }, { ...press, key: 'r', ctrlKey: true })).to.equal(false);
    expect(performByKey(actions, { canDelete: true }, { ...press, key: 'r', altKey: true })).to.equal(false);
    expect(performByKey(actions, { canDelete: false }, { ...press, key: 'Delete' })).to.equal(false);
    expect(log).to.deep.equal([]);
  });
});
