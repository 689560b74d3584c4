import type { ReactNode } from 'react';
import { MessageRow } from '../../src/features/timeline/MessageRow.tsx';
import { Timeline } from '../../src/features/timeline/Timeline.tsx';
import {
  type TimelineControls,
  TimelineControlsContext,
} from '../../src/features/timeline/timeline-controls.ts';
import type {
  Message,
  MessageContent,
  PollContent,
  PollResult,
  TimelineSnapshot,
} from '../../src/matrix/types.ts';
import {
  ada,
  bartholomew,
  channel,
  channelId,
  createMessage,
  createText,
  guild,
  items,
  now,
  reactions,
  tobias,
} from '../fixtures.ts';
import { Stage } from '../Stage.tsx';
import type { Stories } from '../story.ts';
import { type Answers, missingMxc, World } from '../World.tsx';

const doNothing = (): void => undefined;
const controls: TimelineControls = {
  channelId,
  canSend: true,
  startReply: doNothing,
  startEdit: doNothing,
  pickReaction: doNothing,
  openThread: doNothing,
  openMedia: doNothing,
  jumpTo: doNothing,
};

function tell(
  content: MessageContent,
  changes: Partial<Message> = {},
  world: Partial<PollResult> = {},
): ReactNode {
  const poll: PollResult = {
    phase: 'ready',
    counts: {},
    voters: 0,
    ownAnswers: [],
    isEnded: false,
    ...world,
  };
  return (
    <World changes={{ poll }}>
      <TimelineControlsContext value={controls}>
        <MessageRow message={createMessage(content, changes)} continued={false} isHighlighted={false} />
      </TimelineControlsContext>
    </World>
  );
}

const html = `<p>Still missing for <strong>Saturday</strong>:</p><ul><li>two lanterns</li><li>a rope, <em>6 m</em></li></ul>
<blockquote>It has been to sea, twice.</blockquote><p>Cue 14 is <code>blue 60 %</code>, see <a href="https://example.org/cues">the list</a>.</p>
<table><thead><tr><th>Lamp</th><th>Colour</th></tr></thead><tbody><tr><td>1</td><td>amber</td></tr></tbody></table>
<span data-mx-spoiler="">the captain is the ghost</span>`;
const code =
  '<pre><code class="language-js">const lamps = [1, 2, 3];\nfor (const lamp of lamps) light(lamp, "amber");</code></pre>';

const image = {
  kind: 'image',
  mxc: 'mxc://hall.example/harbour',
  name: 'harbour.jpg',
  width: 480,
  height: 320,
  size: 48_000,
  mimeType: 'image/jpeg',
  caption: undefined,
  isSpoiler: false,
  isSticker: false,
} as const;

const audio = {
  kind: 'audio',
  mxc: 'mxc://hall.example/song',
  name: 'captain.ogg',
  size: 90_000,
  duration: 42_000,
  waveform: [0.1, 0.5, 0.9, 0.4, 0.7, 0.2, 0.6, 0.3],
  isVoice: false,
  caption: undefined,
} as const;

const poll: PollContent = {
  kind: 'poll',
  question: 'When do we open the doors?',
  answers: [
    { answerId: 'six', text: 'At six' },
    { answerId: 'seven', text: 'At seven' },
  ],
  maxSelections: 1,
  isDisclosed: true,
};
const votes = { counts: { six: 2, seven: 5 }, voters: 7, ownAnswers: ['seven'] };

const previewAnswers: Answers = {
  load: () =>
    Promise.resolve({
      title: 'How to paint waves',
      text: 'With the big brushes, and patience.',
      site: 'The Painter’s Almanac',
      image: { mxc: image.mxc, width: 480, height: 320 },
    }),
};

function showTimeline(changes: Partial<TimelineSnapshot>): ReactNode {
  const timeline: TimelineSnapshot = {
    phase: 'ready',
    items,
    hasOlder: false,
    older: 'idle',
    isLive: true,
    news: undefined,
    ...changes,
  };
  return (
    <World changes={{ timeline }}>
      <Stage>
        <Timeline channel={channel} guild={guild} />
      </Stage>
    </World>
  );
}

export const messageStories: Stories = {
  text: () => tell(createText('Do we still open the doors at seven?')),
  'formatted text': () => tell(createText('Still missing', { html })),
  code: () => tell(createText('const lamps', { html: code })),
  emote: () => tell(createText('lights a lamp', { style: 'emote' })),
  notice: () => tell(createText('A bot says that it is late.', { style: 'notice' })),
  'emoji alone': () => tell(createText('🎭🔥')),
  'long words and names': () =>
    tell(createText('Donaudampfschifffahrtsgesellschaftskapitän'.repeat(8)), { author: bartholomew }),
  edited: () => tell(createText('The waves are mine.'), { edited: true }),
  'a mention of me': () => tell(createText('Ada Marten, could you read the captain?'), { mentionsMe: true }),
  'a reply': () =>
    tell(createText('I can bring it.'), {
      reply: { eventId: '$list', author: tobias, excerpt: 'Still missing for Saturday' },
    }),
  'a reply to what is not loaded': () =>
    tell(createText('Yes.'), { reply: { eventId: '$old', author: undefined, excerpt: undefined } }),
  reactions: () => tell(createText('Eight seconds is very brave.'), { reactions }),
  'a thread': () =>
    tell(createText('Shall we paint the boat?'), {
      thread: { count: 3, latestAuthor: tobias, latestTimestamp: now, latestIsOwn: false },
    }),
  preview: () => (
    <World answers={previewAnswers}>
      <TimelineControlsContext value={controls}>
        <MessageRow
          message={createMessage(createText('Read https://example.org/waves'))}
          continued={false}
          isHighlighted
        />
      </TimelineControlsContext>
    </World>
  ),
  image: () => tell({ ...image, caption: createText('The harbour, first try with all lamps.') }),
  'covered image': () => tell({ ...image, isSpoiler: true }),
  'image that cannot be had': () => tell({ ...image, mxc: missingMxc }),
  sticker: () => tell({ ...image, width: 160, height: 106, isSticker: true }),
  video: () =>
    tell({
      kind: 'video',
      mxc: 'mxc://hall.example/film',
      name: 'rehearsal.webm',
      width: 480,
      height: 320,
      size: 4_000_000,
      duration: 61_000,
      thumbnailMxc: image.mxc,
      caption: undefined,
      isSpoiler: false,
    }),
  audio: () => tell(audio),
  'voice message': () => tell({ ...audio, isVoice: true }),
  file: () =>
    tell({
      kind: 'file',
      mxc: 'mxc://hall.example/plan',
      name: 'stage-plan.pdf',
      size: 1_200_000,
      mimeType: undefined,
    }),
  poll: () => tell(poll),
  'poll with votes': () => tell(poll, { isOwn: true, author: ada }, votes),
  'poll that is over': () => tell(poll, {}, { ...votes, isEnded: true }),
  'secret poll': () => tell({ ...poll, isDisclosed: false, maxSelections: 2 }, {}, votes),
  deleted: () => tell({ kind: 'deleted' }),
  encrypted: () => tell({ kind: 'unreadable', reason: 'encrypted', body: undefined }),
  unknown: () => tell({ kind: 'unreadable', reason: 'unknown', body: undefined }),
  sending: () => tell(createText('On its way'), { status: 'sending', isOwn: true, author: ada }),
  'not sent': () => tell(createText('Not yet'), { status: 'failed', isOwn: true, author: ada }),
  timeline: () => showTimeline({}),
  'timeline, loading': () => showTimeline({ phase: 'loading', items: [] }),
  'timeline, empty': () => showTimeline({ items: [] }),
  'timeline, older messages loading': () => showTimeline({ hasOlder: true, older: 'loading' }),
  'timeline, older messages failed': () => showTimeline({ hasOlder: true, older: 'failed' }),
};
