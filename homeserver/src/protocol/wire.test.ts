import { expect } from 'chai';
import { makePdu, rulesOf } from './fixtures.ts';
import { parseJson } from './json-numbers.ts';
import { pduFromWire, pduToWire } from './wire.ts';

describe('events on the wire', () => {
  it('come back from the wire as they went, in every form', () => {
    for (const version of ['1', '3', '12']) {
      const rules = rulesOf(version);
      const pdu = {
        ...makePdu({ prev_events: ['$p'], auth_events: ['$a', '$b'], event_id: '$x:a.test' }),
        future: { key: 1 },
      };
      const expected = { ...pdu };
      if (version === '1') {
        Object.assign(expected, { reference_hashes: { prev_events: [{}], auth_events: [{}, {}] } });
      }
      expect(pduFromWire(JSON.parse(JSON.stringify(pduToWire(pdu, rules))), rules)).to.deep.equal(expected);
    }
  });

  it('have pairs of ID and hashes as references in versions 1 and 2', () => {
    const rules = rulesOf('2');
    const wire = {
      ...makePdu({ event_id: '$x:a.test' }),
      prev_events: [['$p:a.test', { sha256: 'h' }]],
      auth_events: [],
    };
    const pdu = pduFromWire(wire, rules);
    expect(pdu.prev_events).to.deep.equal(['$p:a.test']);
    expect(pduToWire(pdu, rules)).to.deep.equal(wire);
  });

  it('keep a depth beyond 2^53 exact until version 5, and are refused with it later', () => {
    const text = JSON.stringify(makePdu({ depth: 7 })).replace('"depth":7', '"depth":9223372036854775807');
    const pdu = pduFromWire(parseJson(text), rulesOf('5'));
    expect(pdu.depth).to.equal(2 ** 63);
    expect(JSON.stringify(pduToWire(pdu, rulesOf('5')))).to.contain('"depth":9223372036854775807');
    expect(() => pduFromWire(parseJson(text), rulesOf('6')))
      .to.throw()
      .with.property('errcode', 'M_BAD_JSON');
  });

  it('cannot bring in what exists only in memory', () => {
    const wire = { ...makePdu(), reference_hashes: {}, exact: { depth: 5 } };
    expect(pduFromWire(wire, rulesOf('12'))).to.not.have.any.keys('reference_hashes', 'exact');
  });

  it('lack a room ID only if they create a room of version 12', () => {
    const { room_id: _none, ...create } = makePdu({ type: 'm.room.create', state_key: '' });
    expect(() => pduFromWire(create, rulesOf('12'))).to.not.throw();
    expect(() => pduFromWire(create, rulesOf('11'))).to.throw();
    expect(() => pduFromWire({ ...create, type: 'x' }, rulesOf('12'))).to.throw();
  });

  it('are refused as bad JSON when a key has the wrong form', () => {
    const wrong: [string, unknown][] = [
      ['type', 5],
      ['sender', 'alice'],
      ['state_key', null],
      ['content', []],
      ['content', null],
      ['depth', -1],
      ['depth', 1.5],
      ['origin_server_ts', '1'],
      ['hashes', {}],
      ['signatures', { a: { b: 5 } }],
      ['signatures', null],
      ['unsigned', []],
      ['prev_events', 'x'],
      ['prev_events', [['$x', {}]]],
      ['auth_events', [5]],
      ['room_id', undefined],
      ['room_id', '#a:b'],
    ];
    for (const [key, value] of wrong) {
      expect(
        () => pduFromWire({ ...makePdu(), [key]: value }, rulesOf('12')),
        `${key}: ${JSON.stringify(value)}`,
      )
        .to.throw()
        .that.includes({ status: 400, errcode: 'M_BAD_JSON' });
    }
    expect(() => pduFromWire({ ...makePdu(), prev_events: ['$x'] }, rulesOf('1'))).to.throw();
    expect(() => pduFromWire(null, rulesOf('12'))).to.throw();
  });

  it('may carry a strange redacts key where the version does not know it there', () => {
    const strange = { ...makePdu({ type: 'm.room.redaction' }), redacts: 5 };
    expect(() => pduFromWire(strange, rulesOf('11'))).to.not.throw();
    expect(() => pduFromWire(strange, rulesOf('10'))).to.throw();
  });
});
