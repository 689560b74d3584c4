import { MatrixError, tooLarge } from '../protocol/errors.ts';
import { loadSharp, type Sharp } from './load-sharp.ts';
import { type Dimensions, type ThumbnailSize, thumbnailDimensions } from './thumbnail-size.ts';

/** What was made: a JPEG, or a WebP if there is transparency or movement. */
export interface MadeThumbnail {
  readonly bytes: Buffer;
  readonly contentType: 'image/jpeg' | 'image/webp';
}

/** As many as a large camera takes. More is refused: a few bytes can unpack to any number of pixels. */
const MOST_PIXELS = 50_000_000;
/** Frames of an animation, which together may have `MOST_PIXELS`: what has more is shown as a still. */
const MOST_FRAMES = 500;
const TIME_LIMIT_SECONDS = 15;

interface Inspected {
  /** Of one picture, upright. */
  readonly dimensions: Dimensions;
  readonly hasAlpha: boolean;
  readonly frames: number;
  readonly isTurned: boolean;
}

/**
 * Makes a thumbnail of an image file: upright, and without the metadata (which may say where a photo was taken). What the
 * file is called or said to be does not matter.
 *
 * @param isAnimated whether it moves if the image does: a GIF or WebP with up to 500 frames and 50 million pixels in
 * all. Otherwise it shows the first picture. Source: Client-Server API v1.19, "Thumbnails"; APNG is shown as a still.
 * @throws {MatrixError} 413 `M_TOO_LARGE` for more than 50 million pixels; 400 `M_UNKNOWN` for what is no image, not
 * one of the formats, damaged, or takes too long.
 */
export async function makeThumbnail(
  path: string,
  size: ThumbnailSize,
  isAnimated = false,
): Promise<MadeThumbnail> {
  const sharp = await loadSharp();
  const image = await inspect(sharp, path);
  const { dimensions } = image;
  if (dimensions.width * dimensions.height > MOST_PIXELS) {
    throw tooLarge(`The image has more than ${MOST_PIXELS} pixels: no thumbnail is made of it`);
  }
  const { width, height } = thumbnailDimensions(dimensions, size);
  const moves = isAnimated && canMove(image);
  try {
    const source = sharp(path, { failOn: 'error', limitInputPixels: MOST_PIXELS, animated: moves });
    const made = (moves ? source : source.autoOrient())
      .timeout({ seconds: TIME_LIMIT_SECONDS })
      .resize(width, height, { fit: 'cover' });
    const isWebp = moves || image.hasAlpha;
    const written = isWebp ? made.webp({ quality: 80 }) : made.jpeg({ quality: 80 });
    return { bytes: await written.toBuffer(), contentType: isWebp ? 'image/webp' : 'image/jpeg' };
  } catch (error) {
    throw notAnImage(error);
  }
}

/** Only a picture alone can be turned. */
function canMove({ dimensions, frames, isTurned }: Inspected): boolean {
  const pixels = dimensions.width * dimensions.height * frames;
  return frames > 1 && frames <= MOST_FRAMES && pixels <= MOST_PIXELS && !isTurned;
}

/** Reads the head of the file, and counts its pictures. */
async function inspect(sharp: Sharp, path: string): Promise<Inspected> {
  try {
    const {
      autoOrient,
      hasAlpha,
      pages = 1,
      orientation = 1,
    } = await sharp(path, {
      limitInputPixels: false,
    }).metadata();
    return { dimensions: autoOrient, hasAlpha, frames: pages, isTurned: orientation !== 1 };
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
