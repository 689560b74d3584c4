/** Source: Client-Server API v1.19, "Thumbnails". */
export const THUMBNAIL_METHODS = ['crop', 'scale'] as const;
export type ThumbnailMethod = (typeof THUMBNAIL_METHODS)[number];

/** Pixels. */
export interface Dimensions {
  readonly width: number;
  readonly height: number;
}

/** A thumbnail that is made: few enough kinds that nobody can fill the disk by asking for many sizes. */
export interface ThumbnailSize extends Dimensions {
  readonly method: ThumbnailMethod;
}

/** The sizes that every server has, after the specification. */
const SIZES: readonly Dimensions[] = [
  { width: 32, height: 32 },
  { width: 96, height: 96 },
  { width: 320, height: 240 },
  { width: 640, height: 480 },
  { width: 800, height: 600 },
];

/**
 * The size to make for a request: the smallest that is at least as large, or the largest. Who asks for a square cut
 * gets a square, as avatars are.
 */
export function chooseThumbnailSize({ width, height, method }: ThumbnailSize): ThumbnailSize {
  const isSquareCut = method === 'crop' && width === height;
  const sizes = isSquareCut ? SIZES.map((size) => ({ width: size.width, height: size.width })) : SIZES;
  const fits = sizes.find((size) => size.width >= width && size.height >= height);
  return { ...(fits ?? { width: 800, height: isSquareCut ? 800 : 600 }), method };
}

/**
 * The dimensions of the thumbnail of an image; never larger than the image. `scale` keeps the whole image, `crop`
 * the largest part in the middle that has the size's proportions.
 */
export function thumbnailDimensions(image: Dimensions, size: ThumbnailSize): Dimensions {
  const part = size.method === 'scale' ? image : largestPart(image, size.width / size.height);
  const factor = Math.min(1, size.width / part.width, size.height / part.height);
  return {
    width: Math.max(1, Math.round(part.width * factor)),
    height: Math.max(1, Math.round(part.height * factor)),
  };
}

function largestPart({ width, height }: Dimensions, proportion: number): Dimensions {
  const partWidth = Math.min(width, height * proportion);
  return { width: partWidth, height: partWidth / proportion };
}
