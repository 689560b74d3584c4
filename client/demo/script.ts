import type { Name } from './cast.ts';

/** The channels by their category, with what each is about. */
export const channels = {
  'The foyer': {
    announcements: 'What everybody should know. Short, please.',
  },
  'The stage': {
    rehearsals: 'Who, when, which scene.',
    'sets-and-lamps': 'Everything that is painted, hung, carried or lit.',
    costumes: 'Pins, patterns and the big chest in the attic.',
  },
  'Game nights': {
    'evening-plans': 'Who brings what, and where we sit.',
    'rules-and-maps': 'Disputes are settled here, before the dice fall.',
  },
  Kitchen: {
    recipes: 'What we ate, and how it was made.',
    'tea-and-books': 'What is steeping, and what is on the bedside table.',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a line has beside its words. */
export interface LineExtras {
  /** A name by which later lines answer it. */
  readonly as?: string;
  readonly answers?: string;
  /** The line with which the thread begins that this one is in. */
  readonly thread?: string;
  readonly reactions?: Readonly<Record<string, readonly Name[]>>;
  readonly isPinned?: boolean;
  /** What it is changed to afterwards. */
  readonly edited?: string;
  /** A picture that is shared with it. */
  readonly picture?: 'dusk' | 'night';
  readonly sticker?: 'bravo';
  /** It is a question to choose from these, with who chose which by its number. */
  readonly poll?: {
    readonly answers: readonly string[];
    readonly votes: Readonly<Partial<Record<Name, number>>>;
  };
}

export type Line = readonly [author: Name, text: string, extras?: LineExtras];

/** A conversation of some evening. */
export interface Conversation {
  readonly channel: string;
  /** How many days before the day of the demo. */
  readonly daysAgo: number;
  /** When it begins, in minutes since midnight (UTC). */
  readonly minute: number;
  readonly lines: readonly Line[];
}

const at = (hour: number, minute = 0): number => hour * 60 + minute;

/** What is told of the past months, oldest first. `@name` names somebody, the rest is Markdown. */
export const conversations: readonly Conversation[] = [
  {
    channel: 'announcements',
    daysAgo: 118,
    minute: at(18),
    lines: [
      [
        'ada',
        '**Welcome to the Lantern Club.** We meet on Fridays at seven, in the old ferry hall. Whoever comes belongs.',
        {
          reactions: {
            '🎉': ['juno', 'mirelle', 'tobias', 'kenji', 'rosa'],
            '❤️': ['ines', 'greta', 'oluchi'],
          },
          isPinned: true,
        },
      ],
    ],
  },
  {
    channel: 'recipes',
    daysAgo: 96,
    minute: at(20, 12),
    lines: [
      [
        'oluchi',
        'Pepper soup for twelve, as promised:\n\n1. two onions, a thumb of ginger, four cloves of garlic\n2. three peppers, *with* the seeds\n3. a litre and a half of stock, forty minutes, lid on',
        {
          as: 'soup',
          reactions: { '🔥': ['samir', 'tobias', 'greta'], '😋': ['rosa', 'ada'] },
          isPinned: true,
        },
      ],
      [
        'samir',
        'With the seeds? My tongue still has plans for next week.',
        { answers: 'soup', reactions: { '😂': ['oluchi', 'kenji'] } },
      ],
      ['oluchi', 'Bread helps. Water does not.'],
    ],
  },
  {
    channel: 'costumes',
    daysAgo: 71,
    minute: at(19, 3),
    lines: [
      [
        'greta',
        'Found the captain’s coat in the attic. The moths got there first, but only at the hem.',
        { as: 'coat', reactions: { '👀': ['mirelle', 'rosa'] } },
      ],
      ['rosa', 'Nobody looks at hems. I can line it with the leftover green.', { answers: 'coat' }],
      ['greta', '@mirelle does. Mirelle *always* looks at hems.'],
      [
        'mirelle',
        'I have never looked at anything else.',
        { reactions: { '😂': ['greta', 'rosa', 'juno'] } },
      ],
    ],
  },
  {
    channel: 'rules-and-maps',
    daysAgo: 44,
    minute: at(21, 30),
    lines: [
      [
        'kenji',
        'For the record, the rule for falling into the harbour:\n\n```js\nfunction fall(sailor) {\n  const depth = roll(6) + tide.height;\n  return depth > sailor.courage ? swim(sailor) : "only wet feet";\n}\n```',
        {
          as: 'rule',
          reactions: { '🤓': ['pavel', 'ines'] },
          isPinned: true,
        },
      ],
      ['pavel', 'What if the tide is out?', { answers: 'rule' }],
      ['kenji', 'Then `depth` is small, and your pride is what gets hurt.'],
    ],
  },
  {
    channel: 'tea-and-books',
    daysAgo: 3,
    minute: at(22, 4),
    lines: [
      [
        'ines',
        'Finished the lighthouse one. ||The keeper was the ship all along.||',
        { as: 'book', reactions: { '😢': ['rosa'], '🙉': ['kenji'] } },
      ],
      ['rosa', 'I *am* on page forty.', { answers: 'book' }],
    ],
  },
  {
    channel: 'sets-and-lamps',
    daysAgo: 1,
    minute: at(19, 2),
    lines: [
      [
        'juno',
        'Still missing for Saturday:\n- two lanterns with a handle\n- a rope, **6 m**, not new\n- somebody who can *paint waves*',
        {
          as: 'list',
          reactions: { '🙋': ['ines', 'ada'] },
          isPinned: true,
        },
      ],
      ['ines', 'I can bring the rope. It has been to sea, twice.', { answers: 'list' }],
      [
        'ada',
        'The waves are mine, if I may use the brushes.',
        { edited: 'The waves are mine, if I may use the big brushes.' },
      ],
      ['ada', 'And lamp cue 14 is now `blue 60 %, amber 15 %, fade 8 s`.'],
      ['kenji', 'Eight seconds is very brave.', { as: 'brave', reactions: { '😂': ['kenji', 'rosa'] } }],
      ['juno', 'It is what the scene wants. Try it with the music.', { thread: 'brave' }],
      ['kenji', 'I did. I take everything back.', { thread: 'brave', reactions: { '❤️': ['juno'] } }],
      ['mirelle', 'Please leave it as it is, I cried a little.', { thread: 'brave' }],
    ],
  },
  {
    channel: 'rehearsals',
    daysAgo: 0,
    minute: at(9, 40),
    lines: [
      [
        'mirelle',
        'Tonight: act two from the storm on, then the bow. @ada, could you read the captain?',
        { as: 'tonight' },
      ],
      ['tobias', 'I know the storm by heart. The bow I still find hard.', { answers: 'tonight' }],
      ['greta', '', { sticker: 'bravo' }],
    ],
  },
  {
    channel: 'evening-plans',
    daysAgo: 0,
    minute: at(10, 20),
    lines: [
      [
        'pavel',
        'What do we play on Saturday?',
        {
          poll: {
            answers: [
              'The long one with the ships',
              'Something short, then the other short one',
              'Charades, and may it end well',
            ],
            votes: {
              ada: 1,
              juno: 0,
              mirelle: 2,
              tobias: 0,
              ines: 0,
              kenji: 0,
              rosa: 1,
              greta: 2,
              oluchi: 0,
            },
          },
        },
      ],
      [
        'bartholomew',
        'I have prepared a speech against charades. It takes eleven minutes.',
        { reactions: { '😮': ['pavel', 'greta'], '👏': ['ines'] } },
      ],
    ],
  },
  {
    channel: 'sets-and-lamps',
    daysAgo: 0,
    minute: at(12, 48),
    lines: [
      [
        'mirelle',
        'The harbour, first try with all lamps. The moon glows, which I did not dare to hope.',
        {
          as: 'harbour',
          picture: 'night',
          reactions: {
            '🔥': ['tobias', 'juno', 'ada', 'kenji'],
            '❤️': ['rosa', 'ada', 'ines'],
            '👀': ['samir'],
          },
        },
      ],
      ['tobias', 'I would move there tomorrow. Who painted the boat?', { answers: 'harbour' }],
      ['juno', '@ada the big brushes are in the blue box. Please bring them back 🙂'],
      ['kenji', 'Do we still open the doors at seven?'],
    ],
  },
  {
    channel: 'general',
    daysAgo: 0,
    minute: at(13, 5),
    lines: [
      [
        'samir',
        'The ferry hall at lunchtime, when nobody is in it.',
        { picture: 'dusk', reactions: { '😍': ['greta', 'oluchi'] } },
      ],
      ['oluchi', 'It looks as if it were waiting for us.'],
    ],
  },
];
