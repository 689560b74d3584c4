import { describePartitions } from '../../homeserver/test-kit/partitions/describe-partitions.ts';
import { PartedServers } from '../../homeserver/test-kit/partitions/parted-servers.ts';
import { separable, separableSynapse } from '../../homeserver/test-kit/partitions/separable-server.ts';
import { TestNetwork } from '../../homeserver/test-kit/test-network.ts';

describe('two servers of ours and a Synapse that lose each other', function () {
  this.timeout(60_000);
  let network: TestNetwork;
  let parted: PartedServers;
  before(async () => {
    network = await TestNetwork.create();
    const [here, there, synapse] = await Promise.all([
      network.startServer('localhost'),
      network.startServer('localhost'),
      network.startSynapse(),
    ]);
    const servers = [separable(here), separable(there), separableSynapse(synapse, here)];
    parted = await PartedServers.create(network, servers);
  });
  after(() => network.stop());

  describePartitions(3, () => parted);
});
