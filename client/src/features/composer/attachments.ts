import type { FileShape } from '../../matrix/build-message.ts';
import type { Recording } from './use-voice-recorder.ts';

/** A file that waits in the composer. */
export interface Attachment {
  readonly id: number;
  readonly file: File;
  /** Address of a preview, for images; given back when the attachment leaves. */
  readonly preview: string | undefined;
  readonly shape: FileShape;
}

let nextId = 1;

/** Readies files for the composer: images get a preview, and what can be seen or heard its size and length. */
export async function readAttachments(files: Iterable<File>): Promise<readonly Attachment[]> {
  return Promise.all([...files].map(readAttachment));
}

/** What was spoken, as a file. */
export function buildVoiceAttachment({ file, duration, waveform }: Recording): Attachment {
  const id = nextId;
  nextId += 1;
  return { id, file, preview: undefined, shape: { kind: 'voice', duration, waveform } };
}

async function readAttachment(file: File): Promise<Attachment> {
  const id = nextId;
  nextId += 1;
  const [type] = file.type.split('/');
  const url = URL.createObjectURL(file);
  try {
    if (type === 'image' && !file.type.includes('svg'))
      return { id, file, preview: url, shape: await measureImage(url) };
    const shape = type === 'video' || type === 'audio' ? await measureMedium(type, url) : plain;
    URL.revokeObjectURL(url);
    return { id, file, preview: undefined, shape };
  } catch {
    // What the browser cannot read is sent as it is.
    URL.revokeObjectURL(url);
    return { id, file, preview: undefined, shape: plain };
  }
}

const plain: FileShape = { kind: 'file' };

async function measureImage(url: string): Promise<FileShape> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return { kind: 'image', width: image.naturalWidth, height: image.naturalHeight };
}

function measureMedium(kind: 'video' | 'audio', url: string): Promise<FileShape> {
  const medium = document.createElement(kind);
  return new Promise((resolve, reject) => {
    medium.onerror = () => reject(new Error('unreadable'));
    medium.onloadedmetadata = () => {
      const duration = Number.isFinite(medium.duration) ? medium.duration * 1000 : 0;
      if (medium instanceof HTMLVideoElement)
        resolve({ kind: 'video', width: medium.videoWidth, height: medium.videoHeight, duration });
      else resolve({ kind: 'audio', duration });
    };
    medium.preload = 'metadata';
    medium.src = url;
  });
}

export function releaseAttachment({ preview }: Attachment): void {
  if (preview !== undefined) URL.revokeObjectURL(preview);
}
