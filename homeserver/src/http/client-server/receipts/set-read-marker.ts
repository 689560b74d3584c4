import { endpoint } from '../../endpoint.ts';

export const setReadMarker = endpoint(
  'setReadMarker',
  { limit: 'receipt' },
  async ({ services, requester, params, body }) => {
    const { receipts, presence } = services.realtime;
    presence.userIsActive(requester.userId);
    await receipts.setReadMarkers(requester, params.roomId, body);
    return {};
  },
);
