import { createHmac, randomUUID } from 'node:crypto';
import type { Samples } from './sample-values.ts';

/** Somebody with an access token, and things of theirs. */
export interface SampleWorld {
  readonly samples: Samples;
  readonly token: string;
}

type Answer = Record<string, string>;

/**
 * Makes a new admin, with one of each thing that a path can name.
 * @param secret the server's secret for registration
 */
export async function createSampleWorld(url: string, secret: string): Promise<SampleWorld> {
  const account = await registerAdmin(url, secret);
  const token = account.access_token ?? '';
  const send = (method: string, path: string, body?: object): Promise<Answer> =>
    request(`${url}${path}`, { method, token, body });

  const room = await send('POST', '/_matrix/client/v3/createRoom', { preset: 'public_chat' });
  const roomId = room.room_id ?? '';
  const event = await send(
    'PUT',
    `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/1`,
    { msgtype: 'm.text', body: 'text' },
  );
  const guild = await send('POST', '/_guildhall/client/v1/guilds', { name: 'Guild' });
  const guildId = guild.guild_id ?? '';
  const invite = await send(
    'POST',
    `/_guildhall/client/v1/guilds/${encodeURIComponent(guildId)}/invites`,
    {},
  );
  const userId = account.user_id ?? '';
  // Of its own content: what is the same is withdrawn together.
  const media = await send('POST', '/_matrix/media/v3/upload', { of: userId });
  const filter = await send('POST', `/_matrix/client/v3/user/${encodeURIComponent(userId)}/filter`, {});
  const backup = await send('POST', '/_matrix/client/v3/room_keys/version', {
    algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2',
    auth_data: {},
  });
  return {
    token,
    samples: {
      userId,
      roomId,
      guildId,
      deviceId: account.device_id ?? '',
      eventId: event.event_id ?? '',
      code: invite.code ?? '',
      mediaId: media.content_uri?.split('/').at(-1) ?? '',
      filterId: filter.filter_id ?? '',
      version: backup.version ?? '',
    },
  };
}

async function registerAdmin(url: string, secret: string): Promise<Answer> {
  const path = `${url}/_synapse/admin/v1/register`;
  const { nonce = '' } = await request(path, { method: 'GET' });
  const username = `user-${randomUUID()}`;
  const password = 'a password';
  const signed = [nonce, username, password, 'admin'].join('\0');
  const mac = createHmac('sha1', secret).update(signed).digest('hex');
  return request(path, { method: 'POST', body: { nonce, username, password, mac, admin: true } });
}

async function request(
  url: string,
  { method, token, body }: { method: string; token?: string; body?: object | undefined },
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    ...(token !== undefined && { headers: { Authorization: `Bearer ${token}` } }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Answer;
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}
