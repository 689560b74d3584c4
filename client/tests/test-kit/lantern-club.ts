import { roomPath, type TestUser } from '../../../homeserver/test-kit/test-user.ts';
import { drawCrest, drawHarbour, drawLantern, drawPortrait, type Portrait } from './drawings.ts';
import { createChannel, createGuild, createInvite, redeemInvite, type SeededGuild } from './guild.ts';
import type { Hall } from './hall.ts';
import { appear, edit, introduce, markRead, react, say, shareImage, upload } from './talk.ts';

/** A theatre club the evening before a rehearsal, as Ada sees it. */
export interface LanternClub {
  readonly ada: TestUser;
  readonly guild: SeededGuild;
  /** Where most of the talk is. */
  readonly setsId: string;
  /** In which nobody has said anything yet. */
  readonly emptyId: string;
  readonly inviteCode: string;
  /** A guild with nothing but its first channel. */
  readonly emptyGuild: SeededGuild;
  /** When all this is, in milliseconds since the Unix epoch. */
  readonly now: number;
  /** Brings people back who have been away for half a minute. */
  readonly refreshPresence: () => Promise<void>;
  /** Lets Tobias begin to type. */
  readonly startTyping: () => Promise<void>;
}

interface Cast {
  readonly name: string;
  readonly portrait?: Portrait;
  readonly presence?: 'online' | 'unavailable';
  readonly status?: string;
}

const CAST = {
  ada: {
    name: 'Ada Marten',
    portrait: { wall: '#f2b880', skin: '#8d5a3b', hair: '#2a1a1f', coat: '#7b2d43', cut: 'curls' },
    presence: 'online',
  },
  juno: {
    name: 'Juno Okafor',
    portrait: { wall: '#6fb3a8', skin: '#5b3a29', hair: '#17121a', coat: '#f0c35b', cut: 'short' },
    presence: 'online',
    status: 'Counting lamps',
  },
  mirelle: {
    name: 'Mirelle Aubry',
    portrait: { wall: '#4f3d6b', skin: '#f0c9a6', hair: '#b5482f', coat: '#e8e0d2', cut: 'long' },
    presence: 'online',
  },
  tobias: {
    name: 'Tobias Lindqvist',
    portrait: { wall: '#c9d6c3', skin: '#e9b994', hair: '#8a5a33', coat: '#35566b', cut: 'bald' },
    presence: 'online',
  },
  ines: {
    name: 'Inês Duarte',
    portrait: { wall: '#e07a5f', skin: '#c98d67', hair: '#3a2320', coat: '#26354f', cut: 'bun' },
    presence: 'unavailable',
    status: 'At sea until nine',
  },
  kenji: {
    name: 'Kenji',
    portrait: { wall: '#2f4858', skin: '#eac6a2', hair: '#d9cfc0', coat: '#86a873', cut: 'hood' },
    presence: 'unavailable',
  },
  rosa: {
    name: 'Rosa',
    portrait: { wall: '#d9a5b3', skin: '#7a4a30', hair: '#4b2a4f', coat: '#1f5f5b', cut: 'bun' },
  },
  bartholomew: { name: 'Professor Bartholomew Featherstone-Haugh of the Upper Gallery' },
  sam: { name: 'Sam' },
} as const satisfies Readonly<Record<string, Cast>>;

type Name = keyof typeof CAST;
type People = Readonly<Record<Name, TestUser>>;

const MINUTE = 60_000;

/** Thursday evening and Friday evening; the club speaks UTC. */
const FOUNDED = Date.UTC(2026, 10, 2, 18, 0);
const YESTERDAY = Date.UTC(2026, 10, 19, 19, 2);
const TODAY = Date.UTC(2026, 10, 20, 19, 48);
const NOW = Date.UTC(2026, 10, 20, 20, 47);

/** Fills a hall with the club. The server's clock stands at the evening in question afterwards. */
export async function seedLanternClub(hall: Hall): Promise<LanternClub> {
  hall.clock.set(FOUNDED);
  const people = await registerCast(hall);
  const { ada, ines } = people;
  const emptyGuild = await createGuild(ada, { name: 'Sunday Walkers' });
  const guild = await createGuild(ada, {
    name: 'The Lantern Club',
    topic: 'Late tea, long games and the occasional play. We meet on Fridays, and whoever comes belongs.',
    avatar_url: await upload(hall, ada, await hall.paint(drawLantern()), 'image/png'),
  });
  const inviteCode = await createInvite(ada, guild);
  for (const guest of Object.values(people)) if (guest !== ada) await redeemInvite(guest, inviteCode);
  await joinOtherGuilds(hall, ines, ada);
  const channels = await openChannels(people, guild);
  await talkYesterday(hall, people, channels.sets);
  await talkToday(hall, people, channels);
  hall.clock.set(NOW);
  await appearAll(people);
  return {
    ada,
    guild,
    setsId: channels.sets,
    emptyId: channels.recipes,
    inviteCode,
    emptyGuild,
    now: NOW,
    refreshPresence: () => appearAll(people),
    startTyping: async () => {
      const path = `${roomPath(channels.sets)}/typing/${encodeURIComponent(people.tobias.userId)}`;
      await people.tobias.ok('PUT', path, { typing: true, timeout: 30_000 });
    },
  };
}

async function registerCast(hall: Hall): Promise<People> {
  const people: Partial<Record<Name, TestUser>> = {};
  for (const [localpart, { name, portrait }] of Object.entries<Cast>(CAST)) {
    const user = await hall.server.register(localpart);
    const avatar =
      portrait && (await upload(hall, user, await hall.paint(drawPortrait(portrait)), 'image/png'));
    await introduce(user, name, avatar);
    people[localpart as Name] = user;
  }
  return people as People;
}

async function appearAll(people: People): Promise<void> {
  for (const [localpart, { presence, status }] of Object.entries<Cast>(CAST))
    if (presence !== undefined) await appear(people[localpart as Name], presence, status);
}

async function joinOtherGuilds(hall: Hall, ines: TestUser, ada: TestUser): Promise<void> {
  const choir = await createGuild(ines, {
    name: 'Harbour Choir',
    avatar_url: await upload(
      hall,
      ines,
      await hall.paint(drawCrest('#17465a', '#f2d9a0', 'waves')),
      'image/png',
    ),
  });
  await redeemInvite(ada, await createInvite(ines, choir));
  await say(ines, choir.generalId, 'Altos, please look at bar 32 before Sunday.');
  await createGuild(ada, {
    name: 'Pixel Foundry',
    avatar_url: await upload(
      hall,
      ada,
      await hall.paint(drawCrest('#232946', '#7fd1ae', 'pixels')),
      'image/png',
    ),
  });
}

interface Channels {
  readonly sets: string;
  readonly rehearsals: string;
  readonly maps: string;
  readonly recipes: string;
}

/** Opens the channels, and makes Juno a moderator of them. */
async function openChannels({ ada, juno }: People, guild: SeededGuild): Promise<Channels> {
  const open = async (name: string, category: string, topic?: string): Promise<string> =>
    createChannel(ada, guild, { name, category, ...(topic !== undefined && { topic }) });
  const openCategory = (name: string): Promise<string> =>
    createChannel(ada, guild, { name, kind: 'category' });
  const stage = await openCategory('The stage');
  const games = await openCategory('Game nights');
  const kitchen = await openCategory('Kitchen');
  const channels = {
    rehearsals: await open('rehearsals', stage),
    sets: await open('sets-and-lamps', stage, 'Everything that is painted, hung, carried or lit.'),
    costumes: await open('costumes', stage),
    plans: await open('evening-plans', games),
    maps: await open('rules-and-maps', games),
    recipes: await open('recipes', kitchen, 'What we ate, and how it was made.'),
  };
  for (const roomId of Object.values(channels)) {
    const type = 'm.room.power_levels';
    const levels = await ada.ok('GET', `${roomPath(roomId)}/state/${type}`);
    await ada.setState(roomId, type, { ...levels, users: { ...levels.users, [juno.userId]: 50 } });
  }
  return channels;
}

async function talkYesterday(hall: Hall, people: People, sets: string): Promise<void> {
  const { ada, juno, ines, kenji, rosa } = people;
  hall.clock.set(YESTERDAY);
  const list = await say(
    juno,
    sets,
    'Still missing for Saturday:\n- two lanterns with a handle\n- a rope, 6 m, not new\n- somebody who can paint waves',
    {
      html:
        '<p>Still missing for Saturday:</p><ul><li>two lanterns with a handle</li>' +
        '<li>a rope, <strong>6 m</strong>, not new</li><li>somebody who can <em>paint waves</em></li></ul>',
    },
  );
  await react([ines, ada], sets, list, '🙋');
  hall.clock.set(YESTERDAY + 9 * MINUTE);
  await say(ines, sets, 'I can bring the rope. It has been to sea, twice.', { replyTo: list });
  hall.clock.set(YESTERDAY + 12 * MINUTE);
  const waves = await say(ada, sets, 'The waves are mine, if I may use the brushes.');
  await edit(ada, sets, waves, 'The waves are mine, if I may use the big brushes.');
  await say(ada, sets, 'And lamp cue 14 is now `blue 60 %, amber 15 %, fade 8 s`.', {
    html: 'And lamp cue 14 is now <code>blue 60 %, amber 15 %, fade 8 s</code>.',
  });
  hall.clock.set(YESTERDAY + 15 * MINUTE);
  await react([kenji, rosa], sets, await say(kenji, sets, 'Eight seconds is very brave.'), '😂');
}

async function talkToday(hall: Hall, people: People, channels: Channels): Promise<void> {
  const { ada, juno, mirelle, tobias, ines, kenji, rosa, sam } = people;
  const { sets } = channels;
  hall.clock.set(TODAY);
  const picture = drawHarbour();
  const harbour = await shareImage(hall, mirelle, sets, {
    ...picture,
    data: await hall.paint(picture),
    name: 'harbour.jpg',
    caption: 'The harbour, first try with all lamps. The moon glows, which I did not dare to hope.',
  });
  await react([tobias, juno, ada, kenji], sets, harbour, '🔥');
  await react([rosa, ada, ines], sets, harbour, '❤️');
  await react([sam], sets, harbour, '👀');
  hall.clock.set(TODAY + 4 * MINUTE);
  await say(tobias, sets, 'I would move there tomorrow. Who painted the boat?', { replyTo: harbour });
  hall.clock.set(TODAY + 21 * MINUTE);
  const mention = `<a href="https://matrix.to/#/${ada.userId}">Ada Marten</a>`;
  const brushes = 'the big brushes are in the blue box. Please bring them back 🙂';
  const read = await say(juno, sets, `Ada Marten ${brushes}`, {
    html: `${mention} ${brushes.replace('back', '<em>back</em>')}`,
    mentions: [ada],
  });
  await markRead(ada, sets, read);
  hall.clock.set(TODAY + 53 * MINUTE);
  await say(kenji, sets, 'Do we still open the doors at seven?');
  await say(mirelle, channels.rehearsals, 'Ada Marten, could you read the captain on Friday?', {
    mentions: [ada],
  });
  await say(rosa, channels.maps, 'The new map has a swamp in it. Bring boots.');
}
