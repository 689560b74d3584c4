import { expect } from 'chai';
import { makePdu } from './fixtures.ts';
import { checkEventSizes, MAX_EVENT_BYTES } from './limits.ts';

describe('event sizes', () => {
  it('allow events up to 65,536 bytes', () => {
    expect(() => checkEventSizes(makePdu(), MAX_EVENT_BYTES)).to.not.throw();
    expect(() => checkEventSizes(makePdu(), MAX_EVENT_BYTES + 1))
      .to.throw()
      .with.property('errcode', 'M_TOO_LARGE');
  });

  it('count types, state keys and identifiers in bytes', () => {
    for (const key of ['type', 'state_key', 'sender', 'room_id', 'event_id'] as const) {
      expect(() => checkEventSizes(makePdu({ [key]: 'é'.repeat(127) }), 1), key).to.not.throw();
      expect(() => checkEventSizes(makePdu({ [key]: 'é'.repeat(128) }), 1), key)
        .to.throw()
        .with.property('errcode', 'M_TOO_LARGE');
    }
  });

  it('allow 20 previous and 10 authorising events', () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `$${index}`);
    expect(() => checkEventSizes(makePdu({ prev_events: ids(20), auth_events: ids(10) }), 1)).to.not.throw();
    for (const given of [{ prev_events: ids(21) }, { auth_events: ids(11) }]) {
      expect(() => checkEventSizes(makePdu(given), 1))
        .to.throw()
        .with.property('errcode', 'M_INVALID_PARAM');
    }
  });
});
