import { describePartitions } from '../../test-kit/partitions/describe-partitions.ts';
import { PartedServers } from '../../test-kit/partitions/parted-servers.ts';
import { separable } from '../../test-kit/partitions/separable-server.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';

describe('two servers of ours that lose each other', () => {
  let network: TestNetwork;
  let parted: PartedServers;
  before(async () => {
    network = await TestNetwork.create();
    const servers = [await network.startServer('here.test'), await network.startServer('there.test')];
    parted = await PartedServers.create(network, servers.map(separable));
  });
  after(() => network.stop());

  describePartitions(2, () => parted);
});
