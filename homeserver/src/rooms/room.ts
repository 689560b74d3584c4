import { RecentMap } from '../base/recent-map.ts';
import type { Pdu } from '../protocol/events.ts';
import type { RoomVersionRules } from '../protocol/room-versions.ts';
import type { Membership, SnapshotBlocks, StateEntry, StoredEvent } from '../storage/index.ts';
import { Contention } from './contention.ts';
import { SerialQueue } from './serial-queue.ts';

/** An event that is the newest on its branch. */
export interface Extremity {
  readonly nid: number;
  readonly eventId: string;
}

/** Where the next event of a room goes. It runs ahead of what is committed while messages are on their way to disk. */
export interface RoomHead {
  /** The room's version, for the compare-and-set at commit. */
  readonly version: number;
  readonly extremities: readonly Extremity[];
  readonly depth: number;
  readonly snapshotNid: number;
  readonly blocks: SnapshotBlocks;
}

/** A stored state of a room. */
export interface Snapshot {
  readonly nid: number;
  readonly blocks: SnapshotBlocks;
}

/** A member of a room in memory; the event itself is in the cache of events. */
export interface Member {
  readonly userNid: number;
  readonly membership: Membership;
  readonly eventNid: number;
}

/** The identity of a room, which never changes. */
export interface RoomIdentity {
  readonly nid: number;
  readonly roomId: string;
  readonly rules: RoomVersionRules;
}

/**
 * A hot room: its current state, its members, and its head. Read freely; only `RoomWriter` changes it, after a commit.
 */
export class Room {
  readonly nid: number;
  /** Set once: from room version 12 on it is known when the create event is. */
  roomId: string;
  readonly rules: RoomVersionRules;
  /** Null as well while only an invite of the room is known. */
  roomType: string | null;
  /** One change at a time. */
  readonly queue = new SerialQueue();
  /** Current state but for members, by `stateKeyOf(type, stateKey)`, redactions applied. */
  readonly state = new Map<string, StoredEvent>();
  /** Everybody who has or had a membership, by user ID. */
  readonly members = new Map<string, Member>();
  /** Numbers of the local users that are joined; what a new event wakes. */
  readonly localJoined = new Set<number>();
  /** Entries of the small blocks of the head's snapshot, so that a change of state reads nothing. */
  readonly blockEntries = new Map<number, readonly StateEntry[]>();
  /** Snapshots of the state after some events, by what `RoomStates` makes of those, so that none is made twice. */
  readonly statesAfter = new RecentMap<string, number>(200);
  listed: boolean;
  /** Whether members may be missing: the room was joined with what another server gave at once. */
  isPartial = false;
  /** Whether events may be missing in the timeline: `storage.historyGaps` says where. */
  hasGaps = false;
  /** What the next event follows: that of the newest commit on its way. */
  head: RoomHead;
  /** The head that the state and the members here belong to, which is on disk. */
  committed: RoomHead;
  joinedCount = 0;
  invitedCount = 0;
  /** A commit failed, so `head` is not what will be: see `RoomRegistry.refresh`. */
  stale = false;
  /** The newest commit on its way; settles when the room in memory is what is on disk. */
  lastCommit: Promise<unknown> = Promise.resolve();
  /** Whether other processes change the room as well just now, and the time in which only this one may. */
  readonly contention: Contention = new Contention(this);
  #commitsUnderWay = 0;

  constructor(identity: RoomIdentity, roomType: string | null, listed: boolean, head: RoomHead) {
    this.nid = identity.nid;
    this.roomId = identity.roomId;
    this.rules = identity.rules;
    this.roomType = roomType;
    this.listed = listed;
    this.head = head;
    this.committed = head;
  }

  /** Whether nothing is done to the room here. */
  get isIdle(): boolean {
    return this.queue.idle && this.#commitsUnderWay === 0;
  }

  /** What is here belongs to this head now. */
  commit(head: RoomHead): void {
    this.committed = head;
    if (this.#commitsUnderWay === 0) this.head = head;
  }

  /** Goes on from a head whose commit is on its way. */
  advance(head: RoomHead, commit: Promise<unknown>): void {
    if (head.version > this.head.version) this.head = head;
    this.lastCommit = commit;
    this.#commitsUnderWay += 1;
    const end = (): void => {
      this.#commitsUnderWay -= 1;
      // Others may have written meanwhile.
      if (this.#commitsUnderWay === 0 && !this.stale) this.head = this.committed;
    };
    commit.then(end, () => {
      this.stale = true;
      end();
    });
  }

  /** The create event; undefined where this server never was, of which it knows an invite, say. */
  get createEvent(): StoredEvent | undefined {
    return this.state.get(CREATE);
  }

  /** The content of a state event other than a member. */
  content(type: string, stateKey = ''): Pdu['content'] | undefined {
    return this.state.get(stateKeyOf(type, stateKey))?.pdu.content;
  }

  /** A user's membership; undefined for somebody who never had one. */
  membershipOf(userId: string): Membership | undefined {
    return this.members.get(userId)?.membership;
  }

  /** Sets a membership and the counts that follow from it. */
  setMember(userId: string, member: Member, isLocal: boolean): void {
    const before = this.members.get(userId)?.membership;
    if (before === 'join') this.joinedCount -= 1;
    if (before === 'invite') this.invitedCount -= 1;
    if (member.membership === 'join') this.joinedCount += 1;
    if (member.membership === 'invite') this.invitedCount += 1;
    if (isLocal && member.membership === 'join') this.localJoined.add(member.userNid);
    else this.localJoined.delete(member.userNid);
    this.members.set(userId, member);
  }

  /** Takes away every membership. */
  clearMembers(): void {
    this.members.clear();
    this.localJoined.clear();
    this.joinedCount = 0;
    this.invitedCount = 0;
  }

  /** Takes away a membership that the state no longer has, and the counts that follow from it. */
  dropMember(userId: string): void {
    const before = this.members.get(userId);
    if (before === undefined) return;
    if (before.membership === 'join') this.joinedCount -= 1;
    if (before.membership === 'invite') this.invitedCount -= 1;
    this.localJoined.delete(before.userNid);
    this.members.delete(userId);
  }
}

const CREATE = stateKeyOf('m.room.create', '');

/** The key of a state event in a map; types hold no NUL, as the JSON of an event shows. */
export function stateKeyOf(type: string, stateKey: string): string {
  return `${type}\0${stateKey}`;
}
