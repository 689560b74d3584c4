import { type BuiltGuild, buildGuild, type People, registerCast } from './build-guild.ts';
import { DemoServer, type DemoServerAccess } from './demo-server.ts';
import { conversations } from './script.ts';
import { makeSmallTalk } from './small-talk.ts';
import { tellHistory } from './tell-history.ts';

/** What the demo is about. */
export interface Demo extends BuiltGuild {
  readonly people: People;
}

/** How much there is, and when it ends. */
export interface DemoOptions {
  /** For how many days before the last one there is small talk between the conversations. */
  readonly smallTalkDays?: number;
  /** The time of the demo, in milliseconds since the Unix epoch. */
  readonly now?: number;
}

/**
 * Fills a fresh server with a lively guild, through the public API alone.
 * @throws Error when the server has people of these names
 */
export async function fillServer(
  access: DemoServerAccess,
  { smallTalkDays = 120, now = Date.now() }: DemoOptions = {},
): Promise<Demo> {
  const server = new DemoServer(access);
  const people = await registerCast(server);
  const guild = await buildGuild(server, people);
  const history = [...conversations, ...makeSmallTalk(smallTalkDays)];
  await tellHistory(server, people, guild, history, now);
  return { ...guild, people };
}
