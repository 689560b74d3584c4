import { asAmount, asArray, asObject, asString, type JsonObject } from '../lib/parse.ts';
import type { AudioContent, MessageContent, TextContent } from './types.ts';

/** Vector images can carry scripts: they are files. */
const imageTypes = /^image\/(?!svg)/;

/** The text of a message (Matrix 1.19, "m.text", "m.notice", "m.emote"). */
export function readText(content: JsonObject, style: TextContent['style']): TextContent {
  const html = content.format === 'org.matrix.custom.html' ? asString(content.formatted_body) : undefined;
  const body = typeof content.body === 'string' ? content.body : '';
  return { kind: 'text', style, body: content['m.relates_to'] ? removeReplyFallback(body) : body, html };
}

/** Old clients repeat the quoted message in lines that begin with `>` (removed from the specification in 1.13). */
export function removeReplyFallback(body: string): string {
  return body.startsWith('> <') ? body.replace(/^(?:>.*\n)+\n?/, '') : body;
}

/** A sticker (Matrix 1.19, "m.sticker"). */
export function readSticker(content: JsonObject): MessageContent {
  const read = readAttachment({ ...content, filename: undefined }, 'm.image');
  return read.kind === 'image' ? { ...read, isSticker: true } : read;
}

/** An image, video, sound or file by its `msgtype` (Matrix 1.19, "m.image", "m.video", "m.audio", "m.file"). */
export function readAttachment(content: JsonObject, msgtype: string): MessageContent {
  const info = asObject(content.info) ?? {};
  const mxc = readMxc(content.url);
  const body = asString(content.body);
  const name = asString(content.filename) ?? body ?? 'file';
  if (mxc === undefined) return { kind: 'unreadable', reason: 'unknown', body };
  const mimeType = asString(info.mimetype);
  const file = { mxc, name, size: asAmount(info.size) };
  const hasCaption = content.filename !== undefined && body !== undefined && body !== name;
  const caption = hasCaption ? readText(content, 'plain') : undefined;
  const box = { width: asAmount(info.w), height: asAmount(info.h) };
  const isSpoiler = content['page.codeberg.everypizza.msc4193.spoiler'] === true;
  if (msgtype === 'm.image' && (mimeType === undefined || imageTypes.test(mimeType)))
    return { kind: 'image', ...file, ...box, mimeType, caption, isSpoiler, isSticker: false };
  if (msgtype === 'm.video') {
    const thumbnailMxc = readMxc(info.thumbnail_url);
    const duration = asAmount(info.duration);
    return { kind: 'video', ...file, ...box, duration, thumbnailMxc, caption, isSpoiler };
  }
  if (msgtype === 'm.audio') return { kind: 'audio', ...file, caption, ...readSound(content, info) };
  return { kind: 'file', ...file, mimeType };
}

/** What makes a sound more than a file: its length, and for a voice message how loud it is where (MSC3245, MSC1767). */
function readSound(
  content: JsonObject,
  info: JsonObject,
): Pick<AudioContent, 'duration' | 'waveform' | 'isVoice'> {
  const audio = asObject(content['org.matrix.msc1767.audio']);
  return {
    duration: asAmount(info.duration) ?? asAmount(audio?.duration),
    waveform: readWaveform(audio?.waveform),
    isVoice: content['org.matrix.msc3245.voice'] !== undefined,
  };
}

/** How many bars of a waveform are kept. */
const mostBars = 120;
/** The loudest that a bar of a waveform says it is (MSC1767). */
const loudest = 1024;

function readWaveform(value: unknown): readonly number[] {
  return asArray(value)
    .slice(0, mostBars)
    .map((bar) => Math.min(1, (asAmount(bar) ?? 0) / loudest));
}

function readMxc(value: unknown): string | undefined {
  const mxc = asString(value);
  return mxc?.startsWith('mxc://') ? mxc : undefined;
}
