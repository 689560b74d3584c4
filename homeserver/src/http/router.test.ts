import { expect } from 'chai';
import fc from 'fast-check';
import type { MatrixError } from '../protocol/errors.ts';
import { customEndpoint, endpoint } from './endpoint.ts';
import { createRouter } from './router.ts';

const router = createRouter([
  endpoint(
    'getRoomStateWithKey',
    { aliases: ['/_matrix/client/v3/rooms/{roomId}/state/{eventType}'] },
    () => ({}),
  ),
  endpoint('getRoomState', {}, () => ({})),
  endpoint('setRoomStateWithKey', {}, () => ({})),
  endpoint('getPushRules', {}, () => ({})),
  endpoint('registrationTokenValidity', {}, () => ({})),
  customEndpoint({ name: 'x', method: 'POST', path: '/_guildhall/x', auth: 'none' }, () => ({})),
]);

const ROOMS = '/_matrix/client/v3/rooms';

function failure(method: string, url: string): Partial<MatrixError> {
  try {
    router.find(method, url);
  } catch (error) {
    return error as MatrixError;
  }
  return {};
}

describe('createRouter', () => {
  it('finds an endpoint with its parameters and its query', () => {
    const match = router.find('GET', `${ROOMS}/!a:b/state/m.room.name/k?at=1&b=%20`);
    expect(match.endpoint.name).to.equal('getRoomStateWithKey');
    expect({ ...match.params }).to.deep.equal({ roomId: '!a:b', eventType: 'm.room.name', stateKey: 'k' });
    expect(match.queryString).to.equal('at=1&b=%20');
  });

  it('gives the empty string for a parameter that an alias lacks', () => {
    for (const path of [`${ROOMS}/!a/state/m.room.name`, `${ROOMS}/!a/state/m.room.name/`]) {
      expect({ ...router.find('GET', path).params }).to.deep.equal({
        roomId: '!a',
        eventType: 'm.room.name',
        stateKey: '',
      });
    }
  });

  it('answers version 3 paths under r0 as well, and HEAD as GET', () => {
    expect(router.find('HEAD', '/_matrix/client/r0/rooms/!a/state').endpoint.name).to.equal('getRoomState');
  });

  it('does not mind whether a slash stands at the end', () => {
    expect(router.find('GET', '/_matrix/client/v3/pushrules').endpoint.name).to.equal('getPushRules');
    expect(router.find('GET', '/_matrix/client/v3/pushrules/').endpoint.name).to.equal('getPushRules');
  });

  it('decodes whatever a parameter holds exactly once', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((s) => !s.includes('\0'));
    fc.assert(
      fc.property(text, text, (roomId, stateKey) => {
        const url = `${ROOMS}/${encodeURIComponent(roomId)}/state/t/${encodeURIComponent(stateKey)}`;
        expect({ ...router.find('GET', url).params }).to.deep.equal({ roomId, eventType: 't', stateKey });
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a URL that cannot be decoded, holds a NUL or an overlong part', () => {
    const bad = ['%', '%zz', '%ff', '%c0%80', '%ed%a0%80', '%00', `${'x'.repeat(2_001)}`];
    for (const part of bad) {
      expect(failure('GET', `${ROOMS}/${part}/state`), part).to.include({
        status: 400,
        errcode: 'M_INVALID_PARAM',
      });
    }
  });

  it('answers 404 for an unknown path', () => {
    expect(failure('GET', '/_matrix/client/v3/nothing')).to.include({
      status: 404,
      errcode: 'M_UNRECOGNIZED',
    });
    expect(failure('GET', '/')).to.include({ status: 404 });
    expect(failure('GET', '')).to.include({ status: 404 });
  });

  it('answers 405 for a known path and says which methods it has', () => {
    const error = failure('DELETE', `${ROOMS}/!a/state/t/k`);
    expect(error).to.include({ status: 405, errcode: 'M_UNRECOGNIZED' });
    expect(error.headers).to.deep.equal({ Allow: 'HEAD, GET, PUT, OPTIONS' });
    expect(failure('GET', '/_guildhall/x').headers).to.deep.equal({ Allow: 'POST, OPTIONS' });
    expect(failure('BREW', '/_guildhall/x')).to.include({ status: 405 });
  });
});
