import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { generateOperations } from './generate-operations.ts';
import { allFederationOperations, allOperations, federationOperation, operation } from './specification.ts';

describe('specification', () => {
  it('has the types that its data gives', () => {
    const written = readFileSync(new URL('./operations.ts', import.meta.url), 'utf8');
    expect(written).to.equal(generateOperations());
  });

  it('holds every operation, with paths that can be served', () => {
    expect(allOperations()).to.have.length(166);
    expect(allFederationOperations()).to.have.length(36);
    for (const { path } of [...allOperations(), ...allFederationOperations()]) {
      expect(path).to.match(/^\/[\w./{}-]+$/);
    }
  });

  it('looks an operation up', () => {
    expect(federationOperation('getUserDevices').path).to.equal(
      '/_matrix/federation/v1/user/devices/{userId}',
    );
    expect(operation('setTyping')).to.include({
      method: 'PUT',
      path: '/_matrix/client/v3/rooms/{roomId}/typing/{userId}',
    });
  });
});
