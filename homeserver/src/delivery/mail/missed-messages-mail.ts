import type { MailText } from './confirmation-mail.ts';

/** Something that was said and not read. */
export interface MissedMessage {
  readonly sender: string;
  readonly text: string;
}

/** What was missed in one room. */
export interface MissedRoom {
  readonly name: string;
  /** Opens the room in whatever app somebody has. */
  readonly link: string;
  /** The newest, oldest first. */
  readonly messages: readonly MissedMessage[];
  /** How many more there are than are shown. */
  readonly further: number;
}

/**
 * The mail that tells somebody what they have missed.
 *
 * @param unsubscribeLink ends these mails.
 */
export function writeMissedMessagesMail(
  serverName: string,
  rooms: readonly MissedRoom[],
  unsubscribeLink: string,
): MailText {
  return {
    subject: subjectOf(serverName, rooms),
    text: [
      'You have missed messages.',
      ...rooms.map(roomAsText),
      `You get this mail because you asked for it. To get none any more, open ${unsubscribeLink}`,
    ].join('\n\n'),
    html:
      `<p>You have missed messages.</p>${rooms.map(roomAsHtml).join('')}` +
      `<p><small>You get this mail because you asked for it. ` +
      `<a href="${escapeHtml(unsubscribeLink)}">I want no more of them.</a></small></p>`,
  };
}

function subjectOf(serverName: string, rooms: readonly MissedRoom[]): string {
  const [first] = rooms;
  const elsewhere = rooms.length > 1 ? ` and ${rooms.length - 1} more` : '';
  // A subject is one line.
  const name = (first?.name ?? '').replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');
  return `[${serverName}] New messages in ${name}${elsewhere}`;
}

function roomAsText({ name, link, messages, further }: MissedRoom): string {
  const lines = messages.map(({ sender, text }) => `${sender}: ${text}`);
  const more = further > 0 ? [`(${further} more)`] : [];
  return [name, link, ...more, ...lines].join('\n');
}

function roomAsHtml({ name, link, messages, further }: MissedRoom): string {
  const lines = messages.map(({ sender, text }) => {
    return `<p><b>${escapeHtml(sender)}</b><br>${escapeHtml(text).replaceAll('\n', '<br>')}</p>`;
  });
  const more = further > 0 ? `<p>${further} more</p>` : '';
  return `<h2><a href="${escapeHtml(link)}">${escapeHtml(name)}</a></h2>${more}${lines.join('')}`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
