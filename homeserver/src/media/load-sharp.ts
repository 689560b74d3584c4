import type sharpModule from 'sharp';

export type Sharp = typeof sharpModule;

/** JPEG, PNG, WebP, GIF and AVIF. Not SVG, which can ask for other files and for any amount of work. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif'].map((name) => `VipsForeignLoad${name}`);

let loading: Promise<Sharp> | undefined;

/** Loaded when the first image is looked at, not when the server starts. */
export function loadSharp(): Promise<Sharp> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({ operation: LOADERS });
    sharp.cache(false);
    sharp.concurrency(1);
    return sharp;
  });
  return loading;
}
