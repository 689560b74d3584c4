/** A file that waits in the composer. */
export interface Attachment {
  readonly id: number;
  readonly file: File;
  /** Address of a preview, for images; given back when the attachment leaves. */
  readonly preview: string | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
}

let nextId = 1;

/** Readies files for the composer: images get a preview and their size in pixels. */
export async function readAttachments(files: Iterable<File>): Promise<readonly Attachment[]> {
  return Promise.all([...files].map(readAttachment));
}

async function readAttachment(file: File): Promise<Attachment> {
  const id = nextId;
  nextId += 1;
  const plain: Attachment = { id, file, preview: undefined, width: undefined, height: undefined };
  // Vector images can carry scripts: they are sent as files.
  if (!file.type.startsWith('image/') || file.type.includes('svg')) return plain;
  const preview = URL.createObjectURL(file);
  const image = new Image();
  image.src = preview;
  try {
    await image.decode();
    return { id, file, preview, width: image.naturalWidth, height: image.naturalHeight };
  } catch {
    URL.revokeObjectURL(preview);
    return plain;
  }
}

export function releaseAttachment({ preview }: Attachment): void {
  if (preview !== undefined) URL.revokeObjectURL(preview);
}
