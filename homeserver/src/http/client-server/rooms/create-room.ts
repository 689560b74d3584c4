import { invalidParam } from '../../../protocol/errors.ts';
import { createRoom as create } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const createRoom = endpoint(
  'createRoom',
  { limit: 'roomCreation', exactNumbers: true },
  async ({ body, requester, services, takeFromLimit }) => {
    if ((body.invite_3pid ?? []).length > 0) {
      throw invalidParam('This server does not invite by e-mail address or telephone number');
    }
    for (const userId of body.invite ?? []) {
      takeFromLimit('invite', requester.userId);
      takeFromLimit('invitee', userId);
    }
    const roomId = await create(services.rooms, requester.userId, {
      roomVersion: body.room_version,
      preset: body.preset,
      visibility: body.visibility,
      name: body.name,
      topic: body.topic,
      aliasName: body.room_alias_name,
      creationContent: body.creation_content,
      initialState: body.initial_state?.map(({ type, state_key: stateKey = '', content }) => ({
        type,
        stateKey,
        content,
      })),
      powerLevelOverride: body.power_level_content_override,
      invite: body.invite,
      isDirect: body.is_direct,
    });
    return { room_id: roomId };
  },
);
