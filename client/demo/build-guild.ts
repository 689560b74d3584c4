import { type CastMember, cast, type Name, names, password } from './cast.ts';
import { type DemoPerson, type DemoServer, DemoServerError, roomPath } from './demo-server.ts';
import { paintBravo, paintLantern, paintPortrait, paintWaves } from './pictures.ts';
import { channels } from './script.ts';

const API = '/_guildhall/client/v1';

export type People = Readonly<Record<Name, DemoPerson>>;

/** A picture that people may write or send by its name. */
export interface PackImage {
  readonly url: string;
  readonly body: string;
  readonly info: { readonly mimetype: string; readonly w: number; readonly h: number; readonly size: number };
  readonly usage: readonly ('emoticon' | 'sticker')[];
}

/** The guild of the demo while nobody has said anything. */
export interface BuiltGuild {
  readonly guildId: string;
  /** The room IDs of the channels by their names. */
  readonly channelIds: ReadonlyMap<string, string>;
  readonly inviteCode: string;
  readonly sticker: PackImage;
}

/**
 * Makes the accounts of the cast, with names and portraits.
 * @throws Error when somebody of these names is on the server already
 */
export async function registerCast(server: DemoServer): Promise<People> {
  for (const name of names) await expectFree(server, name);
  const people: Partial<Record<Name, DemoPerson>> = {};
  for (const name of names) {
    const { name: displayName, portrait }: CastMember = cast[name];
    const person = await server.register(name, password);
    const profile = `/_matrix/client/v3/profile/${encodeURIComponent(person.userId)}`;
    const tell = (field: string, value: string): Promise<unknown> =>
      server.ask(person.accessToken, 'PUT', `${profile}/${field}`, { [field]: value });
    await tell('displayname', displayName);
    if (portrait) await tell('avatar_url', await server.upload(person, paintPortrait(portrait).data));
    people[name] = person;
  }
  return people as People;
}

async function expectFree(server: DemoServer, name: Name): Promise<void> {
  try {
    await server.ask('', 'GET', `/_matrix/client/v3/register/available?username=${name}`);
  } catch (error) {
    if (!(error instanceof DemoServerError) || error.errcode !== 'M_USER_IN_USE') throw error;
    throw new Error(`The demo wants a fresh server, and there is a "${name}" on this one already.`);
  }
}

/** Makes the guild with its channels and pictures, and lets everybody in. */
export async function buildGuild(server: DemoServer, people: People): Promise<BuiltGuild> {
  const { ada, ines } = people;
  const { guildId, generalId } = await createGuild(server, ada, {
    name: 'The Lantern Club',
    topic: 'Late tea, long games and the occasional play. We meet on Fridays, and whoever comes belongs.',
    avatar_url: await server.upload(ada, paintLantern().data),
  });
  const guests = names.filter((name) => name !== 'ada').map((name) => people[name]);
  const inviteCode = await inviteInto(server, ada, guildId, guests);
  const { guildId: choirId } = await createGuild(server, ines, {
    name: 'Harbour Choir',
    avatar_url: await server.upload(ines, paintWaves().data),
  });
  await inviteInto(server, ines, choirId, [ada]);
  const channelIds = await openChannels(server, people, guildId, generalId);
  return { guildId, channelIds, inviteCode, sticker: await addPack(server, ada, guildId) };
}

/** Makes a guild; returns its ID, and that of its first channel. */
async function createGuild(
  server: DemoServer,
  owner: DemoPerson,
  request: object,
): Promise<{ readonly guildId: string; readonly generalId: string }> {
  const made = await server.ask(owner.accessToken, 'POST', `${API}/guilds`, request);
  const [general] = made.channels as readonly { readonly room_id: string }[];
  return { guildId: String(made.guild_id), generalId: general?.room_id ?? '' };
}

async function inviteInto(
  server: DemoServer,
  owner: DemoPerson,
  guildId: string,
  guests: readonly DemoPerson[],
): Promise<string> {
  const path = `${API}/guilds/${encodeURIComponent(guildId)}/invites`;
  const code = String((await server.ask(owner.accessToken, 'POST', path, {})).code);
  for (const { accessToken } of guests)
    await server.ask(accessToken, 'POST', `${API}/invites/${code}/redeem`, {});
  return code;
}

/** Opens the channels beside `general`, which every guild begins with; returns all of them. */
async function openChannels(
  server: DemoServer,
  people: People,
  guildId: string,
  generalId: string,
): Promise<ReadonlyMap<string, string>> {
  const { ada } = people;
  const create = async (request: object): Promise<string> => {
    const path = `${API}/guilds/${encodeURIComponent(guildId)}/channels`;
    return String((await server.ask(ada.accessToken, 'POST', path, request)).room_id);
  };
  const channelIds = new Map([['general', generalId]]);
  await server.setState(ada, generalId, 'm.room.topic', { topic: 'Come in, hang up your coat.' });
  await appointModerators(server, people, generalId);
  for (const [category, topics] of Object.entries(channels)) {
    const categoryId = await create({ name: category, kind: 'category' });
    for (const [name, topic] of Object.entries<string>(topics)) {
      const channelId = await create({ name, kind: 'text', topic, category: categoryId });
      channelIds.set(name, channelId);
      await appointModerators(server, people, channelId);
    }
  }
  return channelIds;
}

async function appointModerators(server: DemoServer, people: People, roomId: string): Promise<void> {
  const type = 'm.room.power_levels';
  const { ada } = people;
  const levels = await server.ask(ada.accessToken, 'GET', `${roomPath(roomId)}/state/${type}`);
  const moderators = names.filter((name) => (cast[name] as CastMember).isModerator);
  const users = Object.fromEntries(moderators.map((name) => [people[name].userId, 50]));
  await server.setState(ada, roomId, type, { ...levels, users: { ...(levels.users as object), ...users } });
}

/** Gives the guild emoji and a sticker of its own (Matrix 1.19, "Image packs"); returns the sticker. */
async function addPack(server: DemoServer, owner: DemoPerson, guildId: string): Promise<PackImage> {
  const make = async (
    body: string,
    { data, width, height }: ReturnType<typeof paintLantern>,
    usage: PackImage['usage'],
  ): Promise<PackImage> => ({
    url: await server.upload(owner, data),
    body,
    info: { mimetype: 'image/png', w: width, h: height, size: data.length },
    usage,
  });
  const sticker = await make('Bravo!', paintBravo(), ['sticker']);
  await server.setState(owner, guildId, 'm.room.image_pack', {
    pack: { display_name: 'The Lantern Club' },
    images: {
      lantern: await make('lantern', paintLantern(64), ['emoticon']),
      waves: await make('waves', paintWaves(64), ['emoticon']),
      bravo: sticker,
    },
  });
  return sticker;
}
