import { expect } from 'chai';
import { removeReplyFallback } from './read-content.ts';
import { readContent } from './read-message.ts';

function readImage(info: object, more: object = {}): ReturnType<typeof readContent> {
  return readContent('m.room.message', {
    msgtype: 'm.image',
    body: 'cat.png',
    url: 'mxc://hall/1',
    info,
    ...more,
  });
}

describe('readContent', () => {
  it('reads texts, notices and emotes', () => {
    expect(readContent('m.room.message', { msgtype: 'm.text', body: 'hi' })).to.deep.equal({
      kind: 'text',
      style: 'plain',
      body: 'hi',
      html: undefined,
    });
    expect(readContent('m.room.message', { msgtype: 'm.emote', body: 'waves' })).to.include({
      style: 'emote',
    });
    expect(readContent('m.room.message', { msgtype: 'm.notice', body: 'hi' })).to.include({
      style: 'notice',
    });
  });

  it('takes HTML only where its format is named', () => {
    const content = { msgtype: 'm.text', body: 'hi', formatted_body: '<b>hi</b>' };
    expect(readContent('m.room.message', content)).to.include({ html: undefined });
    expect(readContent('m.room.message', { ...content, format: 'org.matrix.custom.html' })).to.include({
      html: '<b>hi</b>',
    });
  });

  it('reads an image with its size, and its caption only when there is one', () => {
    expect(readImage({ w: 40, h: 30, size: 9, mimetype: 'image/png' })).to.deep.include({
      kind: 'image',
      name: 'cat.png',
      width: 40,
      height: 30,
      caption: undefined,
    });
    const captioned = readImage({}, { filename: 'cat.png', body: 'my cat' });
    expect(captioned).to.have.nested.property('caption.body', 'my cat');
    expect(readImage({}, { filename: 'cat.png' })).to.include({ caption: undefined });
  });

  it('shows a vector image as a file: it can carry scripts', () => {
    expect(readImage({ mimetype: 'image/svg+xml' })).to.include({ kind: 'file' });
  });

  it('does not trust sizes and addresses that make no sense', () => {
    expect(readImage({ w: -4, h: 'tall' })).to.include({ width: undefined, height: undefined });
    expect(readImage({}, { url: 'https://tracker.example/x.png' })).to.include({ kind: 'unreadable' });
    expect(readImage({}, { url: 7 })).to.include({ kind: 'unreadable' });
  });

  it('says what it cannot read instead of hiding it', () => {
    expect(readContent('m.room.encrypted', {})).to.include({ kind: 'unreadable', reason: 'encrypted' });
    expect(readContent('m.room.message', { msgtype: 'org.example.poll', body: 'A poll' })).to.include({
      kind: 'unreadable',
      body: 'A poll',
    });
    expect(readContent('m.room.message', {})).to.include({ kind: 'unreadable' });
  });
});

describe('removeReplyFallback', () => {
  it('drops the quote that old clients put in front of an answer', () => {
    expect(removeReplyFallback('> <@ada:hall> first\n> second\n\nanswer')).to.equal('answer');
  });

  it('keeps a quote that was meant', () => {
    expect(removeReplyFallback('> to be or not\n\nindeed')).to.equal('> to be or not\n\nindeed');
  });
});
