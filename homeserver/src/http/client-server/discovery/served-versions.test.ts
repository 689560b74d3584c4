import { expect } from 'chai';
import type { Endpoint } from '../../endpoint.ts';
import { ROUTES } from '../../routes.ts';
import { allOperations } from '../../specification/specification.ts';
import { servedFeatures, servedVersions } from './served-versions.ts';

const whole = allOperations().map(
  ({ operationId: name, method, path }) => ({ name, method, paths: [path] }) as unknown as Endpoint,
);
const without = (...names: string[]): Endpoint[] => whole.filter(({ name }) => !names.includes(name));

describe('the versions that are told', () => {
  it('are all of them when every operation is served', () => {
    const all = Array.from({ length: 19 }, (_unused, index) => `v1.${index + 1}`);
    expect(servedVersions(whole)).to.deep.equal(all);
  });

  it('end before the one that brought an operation that is missing', () => {
    expect(servedVersions(without('getThreadRoots'))).to.deep.equal(['v1.1', 'v1.2', 'v1.3']);
    expect(servedVersions(without('reportUser')).at(-1)).to.equal('v1.13');
    expect(servedVersions(without('sync'))).to.deep.equal([]);
  });

  it('come with the flags of what is served', () => {
    expect(servedFeatures(without('getMutualRooms'))).to.include({ 'org.matrix.msc3440.stable': true });
    expect(servedFeatures(without('getMutualRooms'))).not.to.have.property(
      'uk.half-shot.msc2666.query_mutual_rooms.stable',
    );
  });

  it('are all of them, as the server’s own table has every operation', () => {
    const { versions, features } = { versions: servedVersions(ROUTES), features: servedFeatures(ROUTES) };
    expect(versions).to.have.length(19);
    for (const flag of ['org.matrix.msc3916.stable', 'org.matrix.simplified_msc3575', 'org.matrix.msc4140']) {
      expect(features).to.have.property(flag, true);
    }
  });
});
