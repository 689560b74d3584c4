import { expect } from 'chai';
import { buildEdit, buildFile, buildText, type FileShape } from './build-message.ts';
import { readContent } from './read-message.ts';

const ada = { userId: '@ada:hall', name: 'Ada' };

describe('buildText', () => {
  it('sends plain text with an empty list of mentions', () => {
    expect(buildText({ text: 'hello', mentions: [] })).to.deep.equal({
      msgtype: 'm.text',
      body: 'hello',
      'm.mentions': {},
    });
  });

  it('mentions the people it names and the author of the message it answers', () => {
    const content = buildText({
      text: 'hi @Ada',
      mentions: [ada],
      replyTo: { eventId: '$1', authorId: '@ben:hall' },
    });
    expect(content['m.mentions']).to.deep.equal({ user_ids: ['@ada:hall', '@ben:hall'] });
    expect(content['m.relates_to']).to.deep.equal({ 'm.in_reply_to': { event_id: '$1' } });
  });

  it('goes to a thread, with a fallback for clients that know none', () => {
    const thread = { rootId: '$root', latestId: '$9' };
    expect(buildText({ text: 'hi', mentions: [], thread })['m.relates_to']).to.deep.equal({
      rel_type: 'm.thread',
      event_id: '$root',
      is_falling_back: true,
      'm.in_reply_to': { event_id: '$9' },
    });
    const replyTo = { eventId: '$5', authorId: '@ben:hall' };
    expect(buildText({ text: 'hi', mentions: [], thread, replyTo })['m.relates_to']).to.deep.include({
      is_falling_back: false,
      'm.in_reply_to': { event_id: '$5' },
    });
  });
});

describe('buildEdit', () => {
  it('carries the new content and a fallback, and mentions nobody again', () => {
    const content = buildEdit('$1', { text: '**new** @Ada', mentions: [ada] });
    expect(content.body).to.equal('* **new** @Ada');
    expect(content.formatted_body).to.match(/^\* <strong>new/);
    expect(content['m.mentions']).to.deep.equal({});
    expect(content['m.relates_to']).to.deep.equal({ rel_type: 'm.replace', event_id: '$1' });
    expect(content['m.new_content']).to.deep.include({ body: '**new** @Ada' });
  });
});

describe('buildFile', () => {
  const file = new File(['12345'], 'cat.png', { type: 'image/png' });
  const image = { kind: 'image', width: 40, height: 30 } as const;

  it('describes an image with its size, so that its place can be kept', () => {
    expect(
      buildFile({ file, shape: image, isSpoiler: false, caption: undefined }, 'mxc://hall/1'),
    ).to.deep.equal({
      msgtype: 'm.image',
      body: 'cat.png',
      filename: 'cat.png',
      url: 'mxc://hall/1',
      info: { mimetype: 'image/png', size: 5, w: 40, h: 30 },
      'm.mentions': {},
    });
  });

  it('uses a caption as the body', () => {
    const content = buildFile(
      { file, shape: image, isSpoiler: false, caption: { text: 'my *cat*', mentions: [] } },
      'mxc://hall/1',
    );
    expect(content).to.deep.include({
      body: 'my *cat*',
      filename: 'cat.png',
      formatted_body: 'my <em>cat</em>',
    });
  });

  it('sends everything else as a file', () => {
    const content = buildFile(
      { file, shape: { kind: 'file' }, isSpoiler: false, caption: undefined },
      'mxc://hall/1',
    );
    expect(content.msgtype).to.equal('m.file');
  });

  it('covers what is a spoiler', () => {
    const content = buildFile({ file, shape: image, isSpoiler: true, caption: undefined }, 'mxc://hall/1');
    expect(readContent('m.room.message', content)).to.deep.include({ kind: 'image', isSpoiler: true });
  });

  it('sends films and sounds with their length, and voices as what they are', () => {
    const send = (shape: FileShape) =>
      readContent(
        'm.room.message',
        buildFile({ file, shape, isSpoiler: false, caption: undefined }, 'mxc://hall/1'),
      );
    expect(send({ kind: 'video', width: 4, height: 3, duration: 1500.4 })).to.deep.include({
      kind: 'video',
      width: 4,
      height: 3,
      duration: 1500,
    });
    expect(send({ kind: 'audio', duration: 900 })).to.deep.include({
      kind: 'audio',
      duration: 900,
      isVoice: false,
      waveform: [],
    });
    expect(send({ kind: 'voice', duration: 900, waveform: [0, 0.5, 1] })).to.deep.include({
      kind: 'audio',
      isVoice: true,
      waveform: [0, 0.5, 1],
    });
  });
});
