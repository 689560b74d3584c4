import { expect } from 'chai';
import { RequiredState, type StatePattern, type StateRule } from './required-state.ts';

function asking(include: StatePattern[], rule: Partial<StateRule> = {}): RequiredState {
  return new RequiredState([{ include, exclude: [], lazyMembers: false, ...rule }]);
}

const MEMBER = 'm.room.member';
const ALICE = '@alice:hs.test';

describe('the state that a client wants', () => {
  it('is what matches by type, by state key, or both', () => {
    const both = asking([{ type: 'm.room.topic', stateKey: '' }]);
    expect(both.wants('m.room.topic', '')).to.equal(true);
    expect(both.wants('m.room.topic', 'x')).to.equal(false);
    expect(asking([{ type: 'org.example' }]).wants('org.example', 'x')).to.equal(true);
    expect(asking([{ stateKey: 'x' }]).wants('org.example', 'x')).to.equal(true);
    expect(asking([{ stateKey: 'x' }]).wants('org.example', 'y')).to.equal(false);
    expect(asking([{}]).wants('org.example', 'x')).to.equal(true);
    expect(asking([]).wants('org.example', 'x')).to.equal(false);
  });

  it('lacks what the same rule excludes, but not what another asks for', () => {
    const all = asking([{}], { exclude: [{ type: 'm.room.create' }] });
    expect(all.wants('m.room.create', '')).to.equal(false);
    const create = asking([{ type: 'm.room.create', stateKey: '' }]);
    expect(RequiredState.union([all, create]).wants('m.room.create', '')).to.equal(true);
  });

  it('has members by wildcard only without lazy loading', () => {
    expect(asking([{}]).wants(MEMBER, ALICE)).to.equal(true);
    expect(asking([{}]).wantsEveryMember).to.equal(true);
    const lazy = asking([{}], { lazyMembers: true });
    expect(lazy.wants(MEMBER, ALICE)).to.equal(false);
    expect(lazy.wantsEveryMember).to.equal(false);
    const own = asking([{}, { type: MEMBER, stateKey: ALICE }], { lazyMembers: true });
    expect(own.wants(MEMBER, ALICE)).to.equal(true);
    expect(own.members).to.deep.equal([ALICE]);
  });

  it('grows only when something is asked for that was not', () => {
    const topic = asking([{ type: 'm.room.topic', stateKey: '' }]);
    const topics = asking([{ type: 'm.room.topic' }]);
    const all = asking([{}]);
    expect(topics.exceeds(topic)).to.equal(true);
    expect(topic.exceeds(topics)).to.equal(false);
    expect(all.exceeds(topics)).to.equal(true);
    expect(topics.exceeds(all)).to.equal(false);
    expect(asking([{}], { lazyMembers: true }).exceeds(asking([{}]))).to.equal(true);
    expect(RequiredState.union([topic, all]).exceeds(all)).to.equal(false);
    expect(all.exceeds(asking([{}], { exclude: [{ type: 'm.room.create' }] }))).to.equal(true);
  });

  it('is the same however it is written down', () => {
    const one = asking([{ type: 'a' }, { type: 'b', stateKey: '' }]);
    const other = asking([{ type: 'b', stateKey: '' }, { type: 'a' }]);
    expect(one.key).to.equal(other.key);
    expect(RequiredState.union([one, other])).to.equal(one);
  });
});
