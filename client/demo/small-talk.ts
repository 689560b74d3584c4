import { type Name, names } from './cast.ts';
import type { Conversation, Line } from './script.ts';

const DAY_MINUTES = 24 * 60;

const openings: Readonly<Record<string, readonly string[]>> = {
  general: [
    'Has anybody seen {thing}?',
    'I walked past the hall just now and heard {sound}.',
    'Who has the key for {day}?',
    'The radiator says {sound} again.',
  ],
  'sets-and-lamps': [
    'Lamp {number} flickers when somebody slams the door.',
    'I have measured the back wall again: {number} cm. It has grown.',
    'Could somebody hold {thing} on {day}, for about an hour?',
    'The glue holds. {thing} does not.',
  ],
  rehearsals: [
    'Scene {number} on {day}, everybody who is in it, please.',
    'I will be ten minutes late on {day}. Begin with scene {number}.',
    'Does page {number} still have the old ending?',
  ],
  'evening-plans': [
    'I bring {thing} and something to drink.',
    'Room for {number} on {day}, if we move the sofa.',
    'Can we begin early on {day}?',
  ],
};

const answers = [
  'On {day}, I think.',
  'That was me, sorry.',
  'Look behind {thing}.',
  'Count me in.',
  'Not again.',
  'I will ask @juno.',
  'Good. I had feared worse.',
  'Only if there is tea.',
];

const words: Readonly<Record<string, readonly string[]>> = {
  thing: [
    'the ladder',
    'the big kettle',
    'the painted moon',
    'my left glove',
    'the box of dice',
    'the blue curtain',
  ],
  sound: ['singing', 'a very long sigh', 'the piano, played with one finger', 'applause'],
  day: ['Monday', 'Tuesday', 'Thursday', 'Friday', 'Saturday'],
  number: ['3', '7', '12', '14', '21', '38'],
};

const signs = ['👍', '😂', '❤️', '👀', '🙏'];

/** What people say between what matters: the same each time, two or three conversations a day, oldest first. */
export function makeSmallTalk(days: number): readonly Conversation[] {
  const random = createRandom(20);
  const talk: Conversation[] = [];
  for (let daysAgo = days; daysAgo >= 1; daysAgo -= 1) {
    for (let count = 1 + Math.floor(random() * 3); count > 0; count -= 1) {
      const channel = pick(random, Object.keys(openings));
      const minute = Math.floor((0.4 + random() * 0.35) * DAY_MINUTES);
      talk.push({ channel, daysAgo, minute, lines: makeLines(random, openings[channel] ?? []) });
    }
  }
  return talk;
}

function makeLines(random: () => number, possible: readonly string[]): readonly Line[] {
  const speakers = shuffle(random, names);
  const lines: Line[] = [[pick(random, names), fillIn(random, pick(random, possible))]];
  for (let count = Math.floor(random() * 4); count > 0; count -= 1) {
    const author = speakers[count] ?? 'ada';
    const reactions: Record<string, readonly Name[]> =
      random() < 0.3 ? { [pick(random, signs)]: speakers.slice(5, 6 + Math.floor(random() * 3)) } : {};
    lines.push([author, fillIn(random, pick(random, answers)), { reactions }]);
  }
  return lines;
}

function fillIn(random: () => number, text: string): string {
  return text.replaceAll(/\{(\w+)\}/g, (_whole, kind: string) => pick(random, words[kind] ?? []));
}

function pick<Item>(random: () => number, items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}

function shuffle<Item>(random: () => number, items: readonly Item[]): readonly Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
