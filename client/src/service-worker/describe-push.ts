import { asObject, asString } from '../lib/parse.ts';

/** What a notification of the system says. */
export interface PushNotice {
  readonly title: string;
  readonly body: string;
  readonly roomId: string;
}

/** Reads what the server pushed (Push Gateway API 1.19, the notification); undefined for what says nothing new. */
export function describePush(text: string | undefined): PushNotice | undefined {
  const told = parse(text);
  const roomId = asString(told?.room_id);
  if (roomId === undefined) return undefined;
  const room = asString(told?.room_name);
  const author = asString(told?.sender_display_name) ?? asString(told?.sender);
  const title = [author, room === author ? undefined : room].filter((part) => part !== undefined).join(' · ');
  return {
    title: title || 'Guildhall',
    body: asString(asObject(told?.content)?.body) ?? '',
    roomId,
  };
}

function parse(text = ''): ReturnType<typeof asObject> {
  try {
    const fields = asObject(JSON.parse(text));
    return asObject(fields?.notification) ?? fields;
  } catch {
    return undefined;
  }
}
