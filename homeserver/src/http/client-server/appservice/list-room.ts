import { forbidden } from '../../../protocol/errors.ts';
import { listRoomInNetwork } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

/** Puts a room into the directory of a network that an application service bridges, or takes it out. */
export const updateAppserviceRoomDirectoryVisibility = endpoint(
  'updateAppserviceRoomDirectoryVisibility',
  { limit: 'roomState' },
  async ({ params: { networkId, roomId }, body, requester, services }) => {
    const { appService } = requester;
    if (appService === undefined) throw forbidden('Only application services have networks');
    const network = { serviceId: appService.id, networkId };
    await listRoomInNetwork(services.rooms, network, roomId, body.visibility === 'public');
    return {};
  },
);
