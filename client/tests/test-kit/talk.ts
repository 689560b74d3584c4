import { expect } from 'chai';
import { request, roomPath, type TestUser } from '../../../homeserver/test-kit/test-user.ts';
import type { Hall } from './hall.ts';

/** What a message may have beside its text. */
export interface SayOptions {
  readonly html?: string;
  /** The event that it answers. */
  readonly replyTo?: string;
  readonly mentions?: readonly TestUser[];
}

/** Says something; returns the event's ID. */
export function say(
  author: TestUser,
  roomId: string,
  body: string,
  { html, replyTo, mentions = [] }: SayOptions = {},
): Promise<string> {
  return author.send(roomId, 'm.room.message', {
    msgtype: 'm.text',
    body,
    ...(html !== undefined && { format: 'org.matrix.custom.html', formatted_body: html }),
    ...(replyTo !== undefined && { 'm.relates_to': { 'm.in_reply_to': { event_id: replyTo } } }),
    'm.mentions': { user_ids: mentions.map(({ userId }) => userId) },
  });
}

/** Puts other words into a message. */
export async function edit(author: TestUser, roomId: string, eventId: string, body: string): Promise<void> {
  await author.send(roomId, 'm.room.message', {
    msgtype: 'm.text',
    body: `* ${body}`,
    'm.new_content': { msgtype: 'm.text', body },
    'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
  });
}

export async function react(
  people: readonly TestUser[],
  roomId: string,
  eventId: string,
  key: string,
): Promise<void> {
  for (const person of people)
    await person.send(roomId, 'm.reaction', {
      'm.relates_to': { rel_type: 'm.annotation', event_id: eventId, key },
    });
}

/** Uploads a file; returns its `mxc:` URI. */
export async function upload(hall: Hall, user: TestUser, data: Buffer, type: string): Promise<string> {
  const { status, body } = await request(hall.server.url, 'POST', '/_matrix/media/v3/upload', {
    token: user.accessToken,
    body: data,
    headers: { 'Content-Type': type },
  });
  expect(status, JSON.stringify(body)).to.equal(200);
  return body.content_uri;
}

/** A JPEG to share, its size in pixels, and the words to it. */
export interface SharedImage {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly name: string;
  readonly caption: string;
}

/** Shares an image with words to it; returns the event's ID. */
export async function shareImage(
  hall: Hall,
  author: TestUser,
  roomId: string,
  { data, width, height, name, caption }: SharedImage,
): Promise<string> {
  return author.send(roomId, 'm.room.message', {
    msgtype: 'm.image',
    body: caption,
    filename: name,
    url: await upload(hall, author, data, 'image/jpeg'),
    info: { mimetype: 'image/jpeg', w: width, h: height, size: data.length },
  });
}

/** Tells the server that somebody has read up to an event. */
export async function markRead(reader: TestUser, roomId: string, eventId: string): Promise<void> {
  await reader.ok('POST', `${roomPath(roomId)}/read_markers`, {
    'm.fully_read': eventId,
    'm.read': eventId,
  });
}

/** Gives an account a name and a picture. */
export async function introduce(user: TestUser, name: string, avatarUrl?: string): Promise<void> {
  const profile = `/_matrix/client/v3/profile/${encodeURIComponent(user.userId)}`;
  await user.ok('PUT', `${profile}/displayname`, { displayname: name });
  if (avatarUrl !== undefined) await user.ok('PUT', `${profile}/avatar_url`, { avatar_url: avatarUrl });
}

/** Says how present somebody is; it holds for half a minute unless they sync. */
export async function appear(
  user: TestUser,
  presence: 'online' | 'unavailable',
  status?: string,
): Promise<void> {
  const path = `/_matrix/client/v3/presence/${encodeURIComponent(user.userId)}/status`;
  await user.ok('PUT', path, { presence, ...(status !== undefined && { status_msg: status }) });
}
