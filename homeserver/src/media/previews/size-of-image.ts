import { loadSharp } from '../load-sharp.ts';

/** An image as a preview tells of it. */
export interface ImageSize {
  readonly contentType: string;
  readonly width: number;
  readonly height: number;
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['jpeg', 'image/jpeg'],
  ['png', 'image/png'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['heif', 'image/avif'],
]);

/** What an image is by its bytes, whatever its server says; undefined for what is none, or of another format. */
export async function sizeOfImage(bytes: Buffer): Promise<ImageSize | undefined> {
  const sharp = await loadSharp();
  try {
    const { format, autoOrient } = await sharp(bytes, { limitInputPixels: false }).metadata();
    const contentType = TYPES.get(format);
    return contentType === undefined ? undefined : { contentType, ...autoOrient };
  } catch {
    return undefined;
  }
}
