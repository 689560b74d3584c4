/** The largest place that an image takes in the timeline, in CSS pixels. */
const maximum = { width: 480, height: 340 };
const minimum = 48;
/** What an image of unknown size gets. */
const unknown = { width: 320, height: 240 };

export interface Box {
  readonly width: number;
  readonly height: number;
}

/** The largest side of a sticker. */
const stickerSide = 160;

/** The place of a sticker. */
export function fitSticker(width: number | undefined, height: number | undefined): Box {
  if (!width || !height) return { width: stickerSide, height: stickerSide };
  const scale = Math.min(1, stickerSide / width, stickerSide / height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** The place that is kept for an image before it is loaded, so that nothing moves when it arrives. */
export function fitImage(width: number | undefined, height: number | undefined): Box {
  if (!width || !height) return unknown;
  const scale = Math.min(1, maximum.width / width, maximum.height / height);
  return {
    width: Math.max(minimum, Math.round(width * scale)),
    height: Math.max(minimum, Math.round(height * scale)),
  };
}
