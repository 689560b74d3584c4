import { MatrixError, tooLarge } from '../protocol/errors.ts';
import { loadSharp, type Sharp } from './load-sharp.ts';
import { type Dimensions, type ThumbnailSize, thumbnailDimensions } from './thumbnail-size.ts';

/** What was made: a JPEG, or a WebP if there is transparency. */
export interface MadeThumbnail {
  readonly bytes: Buffer;
  readonly contentType: 'image/jpeg' | 'image/webp';
}

/** As many as a large camera takes. More is refused: a few bytes can unpack to any number of pixels. */
const MOST_PIXELS = 50_000_000;
const TIME_LIMIT_SECONDS = 15;

/**
 * Makes a thumbnail of an image file: upright, without the metadata (which may say where a photo was taken), of the
 * first picture if there are several. What the file is called or said to be does not matter.
 *
 * @throws {MatrixError} 413 `M_TOO_LARGE` for more than 50 million pixels; 400 `M_UNKNOWN` for what is no image, not
 * one of the formats, damaged, or takes too long.
 */
export async function makeThumbnail(path: string, size: ThumbnailSize): Promise<MadeThumbnail> {
  const sharp = await loadSharp();
  const { dimensions, hasAlpha } = await inspect(sharp, path);
  if (dimensions.width * dimensions.height > MOST_PIXELS) {
    throw tooLarge(`The image has more than ${MOST_PIXELS} pixels: no thumbnail is made of it`);
  }
  const { width, height } = thumbnailDimensions(dimensions, size);
  try {
    const image = sharp(path, { failOn: 'error', limitInputPixels: MOST_PIXELS })
      .autoOrient()
      .timeout({ seconds: TIME_LIMIT_SECONDS })
      .resize(width, height, { fit: 'cover' });
    const written = hasAlpha ? image.webp({ quality: 80 }) : image.jpeg({ quality: 80 });
    return { bytes: await written.toBuffer(), contentType: hasAlpha ? 'image/webp' : 'image/jpeg' };
  } catch (error) {
    throw notAnImage(error);
  }
}

/** Reads the head of the file only. */
async function inspect(sharp: Sharp, path: string): Promise<{ dimensions: Dimensions; hasAlpha: boolean }> {
  try {
    const { autoOrient, hasAlpha } = await sharp(path, { limitInputPixels: false }).metadata();
    return { dimensions: autoOrient, hasAlpha };
  } catch (error) {
    throw notAnImage(error);
  }
}

function notAnImage(cause: unknown): MatrixError {
  const error = new MatrixError(
    400,
    'M_UNKNOWN',
    'No thumbnail can be made: this is not a JPEG, PNG, WebP, GIF or AVIF image, or it is damaged',
  );
  error.cause = cause;
  return error;
}
