import { convertMarkdown } from '../src/lib/markdown/to-matrix.ts';
import { buildPoll, pollResponse, pollStart } from '../src/matrix/polls.ts';
import type { BuiltGuild, People } from './build-guild.ts';
import { cast, type Name, names } from './cast.ts';
import type { DemoServer } from './demo-server.ts';
import { paintHarbour } from './pictures.ts';
import type { Conversation, Line, LineExtras } from './script.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Between two lines of a conversation. */
const pace = 4 * MINUTE;
/** How long ago the newest line is said at the end. */
const silence = 3 * MINUTE;

/** Says what a history consists of, each line at its time, the newest some minutes before `now`. */
export async function tellHistory(
  server: DemoServer,
  people: People,
  guild: BuiltGuild,
  history: readonly Conversation[],
  now: number,
): Promise<void> {
  const ended = Math.max(...history.map((talk) => timeOf(talk) + talk.lines.length * pace));
  const pins = new Map<string, string[]>();
  const inOrder = history.toSorted((a, b) => timeOf(a) - timeOf(b));
  for (const conversation of inOrder) {
    const channelId = guild.channelIds.get(conversation.channel);
    if (channelId === undefined) throw new Error(`there is no channel ${conversation.channel}`);
    const teller = new Teller(server, people, guild, channelId);
    for (const [index, line] of conversation.lines.entries()) {
      const timestamp = now - silence - (ended - timeOf(conversation)) + index * pace;
      const eventId = await teller.tell(line, timestamp);
      if (!line[2]?.isPinned) continue;
      const pinned = [...(pins.get(channelId) ?? []), eventId];
      pins.set(channelId, pinned);
      await server.setState(people.ada, channelId, 'm.room.pinned_events', { pinned }, timestamp + MINUTE);
    }
  }
}

/** When a conversation begins, in milliseconds from the beginning of the last day. */
function timeOf({ daysAgo, minute }: Conversation): number {
  return minute * MINUTE - daysAgo * DAY;
}

/** Tells the lines of one conversation. */
class Teller {
  readonly #server: DemoServer;
  readonly #people: People;
  readonly #guild: BuiltGuild;
  readonly #channelId: string;
  readonly #told = new Map<string, string>();

  constructor(server: DemoServer, people: People, guild: BuiltGuild, channelId: string) {
    this.#server = server;
    this.#people = people;
    this.#guild = guild;
    this.#channelId = channelId;
  }

  /** Tells a line with all that belongs to it; returns its event ID. */
  async tell([author, text, extras = {}]: Line, timestamp: number): Promise<string> {
    const { type, content } = await this.#write(author, text, extras);
    const eventId = await this.#send(author, type, content, timestamp);
    if (extras.as !== undefined) this.#told.set(extras.as, eventId);
    const soon = timestamp + MINUTE;
    if (extras.edited !== undefined) await this.#edit(author, eventId, extras.edited, soon);
    for (const [voter, answer] of Object.entries(extras.poll?.votes ?? {}))
      await this.#vote(voter as Name, eventId, answer, soon);
    for (const [key, admirers] of Object.entries(extras.reactions ?? {}))
      for (const admirer of admirers) await this.#react(admirer, eventId, key, soon);
    return eventId;
  }

  async #write(
    author: Name,
    text: string,
    extras: LineExtras,
  ): Promise<{ readonly type: string; readonly content: object }> {
    const relation = this.#relate(extras);
    if (extras.poll) {
      const { answers } = extras.poll;
      const poll = { question: text, answers, isMultiple: false, isDisclosed: true };
      return { type: pollStart, content: { ...buildPoll(poll), ...relation } };
    }
    if (extras.sticker !== undefined) {
      const { url, body, info } = this.#guild.sticker;
      return { type: 'm.sticker', content: { url, body, info, ...relation } };
    }
    const words = this.#writeWords(text);
    if (extras.picture === undefined)
      return { type: 'm.room.message', content: { msgtype: 'm.text', ...words, ...relation } };
    const picture = await this.#sharePicture(author, extras.picture);
    return { type: 'm.room.message', content: { ...words, ...picture, ...relation } };
  }

  async #sharePicture(author: Name, picture: 'dusk' | 'night'): Promise<object> {
    const { data, width, height } = paintHarbour(picture === 'night' ? 1 : 0);
    return {
      msgtype: 'm.image',
      filename: `harbour-at-${picture}.png`,
      url: await this.#server.upload(this.#people[author], data),
      info: { mimetype: 'image/png', w: width, h: height, size: data.length },
    };
  }

  /** Markdown as Matrix says it; `@ada` names Ada by the name that is shown. */
  #writeWords(text: string): object {
    const mentions = names.map((name) => ({ userId: this.#people[name].userId, name: cast[name].name }));
    const named = text.replaceAll(/@(\w+)/g, (whole, name: string) =>
      Object.hasOwn(cast, name) ? `@${cast[name as Name].name}` : whole,
    );
    const { body, formattedBody, mentionedUserIds } = convertMarkdown(named, mentions);
    return {
      body,
      ...(formattedBody !== undefined && {
        format: 'org.matrix.custom.html',
        formatted_body: formattedBody,
      }),
      'm.mentions': mentionedUserIds.length > 0 ? { user_ids: mentionedUserIds } : {},
    };
  }

  #relate({ answers, thread }: LineExtras): object {
    if (thread !== undefined) {
      const rootId = this.#find(thread);
      return {
        'm.relates_to': {
          rel_type: 'm.thread',
          event_id: rootId,
          is_falling_back: true,
          'm.in_reply_to': { event_id: rootId },
        },
      };
    }
    return answers === undefined
      ? {}
      : { 'm.relates_to': { 'm.in_reply_to': { event_id: this.#find(answers) } } };
  }

  #find(as: string): string {
    const eventId = this.#told.get(as);
    if (eventId === undefined) throw new Error(`nothing was told before as "${as}"`);
    return eventId;
  }

  async #edit(author: Name, eventId: string, text: string, timestamp: number): Promise<void> {
    const words = { msgtype: 'm.text', ...this.#writeWords(text) };
    const content = {
      ...words,
      body: `* ${text}`,
      'm.new_content': words,
      'm.relates_to': { rel_type: 'm.replace', event_id: eventId },
    };
    await this.#send(author, 'm.room.message', content, timestamp);
  }

  async #vote(voter: Name, pollId: string, answer: number, timestamp: number): Promise<void> {
    const content = {
      'm.relates_to': { rel_type: 'm.reference', event_id: pollId },
      [pollResponse]: { answers: [`answer-${answer + 1}`] },
    };
    await this.#send(voter, pollResponse, content, timestamp);
  }

  async #react(author: Name, eventId: string, key: string, timestamp: number): Promise<void> {
    const content = { 'm.relates_to': { rel_type: 'm.annotation', event_id: eventId, key } };
    await this.#send(author, 'm.reaction', content, timestamp);
  }

  #send(author: Name, type: string, content: object, timestamp: number): Promise<string> {
    return this.#server.sendAt(timestamp, this.#people[author], this.#channelId, type, content);
  }
}
