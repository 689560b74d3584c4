import { forbidden } from '../../../protocol/errors.ts';
import { endpoint } from '../../endpoint.ts';

export const setTyping = endpoint('setTyping', { limit: 'typing' }, async (call) => {
  const { services, requester, body } = call;
  const { roomId, userId } = call.params;
  if (userId !== requester.userId) throw forbidden('You can only type as yourself');
  const { typing, presence } = services.realtime;
  presence.userIsActive(userId);
  if (body.typing) await typing.start(roomId, userId, body.timeout);
  else await typing.stop(roomId, userId);
  return {};
});
