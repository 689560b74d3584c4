import { box, ellipse, fade, fill, glow, type Layer, type Painting, paint } from './paint.ts';

/** What a portrait is made of: colours, and how the hair falls. */
export interface Portrait {
  readonly wall: string;
  readonly skin: string;
  readonly hair: string;
  readonly coat: string;
  readonly cut: 'short' | 'long' | 'bun' | 'curls' | 'beard' | 'hood';
}

const everywhere = (): boolean => true;
const side = 256;

const hairBehind: Readonly<Record<Portrait['cut'], (x: number, y: number) => boolean>> = {
  short: ellipse(128, 104, 54, 52),
  long: (x, y) => ellipse(128, 122, 64, 76)(x, y) || box(64, 122, 128, 84)(x, y),
  bun: (x, y) => ellipse(128, 106, 54, 54)(x, y) || ellipse(128, 44, 27)(x, y),
  curls: (x, y) =>
    [80, 100, 128, 156, 176].some((middle, index) =>
      ellipse(middle, [108, 74, 62, 74, 108][index] ?? 0, 32)(x, y),
    ),
  beard: ellipse(128, 150, 44, 48),
  hood: (x, y) => ellipse(128, 132, 76, 92)(x, y),
};

/** A face without features, in a square. */
export function paintPortrait({ wall, skin, hair, coat, cut }: Portrait): Painting {
  const face = ellipse(128, 128, 43, 53);
  const fringe = (x: number, y: number): boolean =>
    cut !== 'beard' && cut !== 'hood' && face(x, y) && y < 98 - Math.abs(x - 116) * 0.25;
  const beard = (x: number, y: number): boolean => cut === 'beard' && face(x, y) && y > 150;
  return paint(side, side, [
    fill(wall, everywhere),
    glow('#ffffff', 90, 60, 190, 0.22),
    fill(hair, hairBehind[cut]),
    fill(coat, ellipse(128, 276, 100, 84)),
    fill(skin, (x, y) => box(106, 160, 44, 46)(x, y) || ellipse(128, 204, 22, 10)(x, y)),
    fill('#000000', (x, y) => ellipse(128, 176, 30, 18)(x, y) && box(106, 160, 44, 46)(x, y), 0.16),
    fill(skin, face),
    fill(hair, (x, y) => fringe(x, y) || beard(x, y)),
  ]);
}

/** The sign of the Lantern Club. */
export function paintLantern(size = side): Painting {
  const layers: Layer[] = [
    fill('#3b2148', everywhere),
    glow('#ff9a4d', 128, 140, 130, 0.9),
    fill('#f6e3c4', (x, y) => ellipse(128, 68, 28)(x, y) && !ellipse(128, 68, 19)(x, y)),
    fill('#f6e3c4', box(86, 72, 84, 14)),
    fill('#ffb45e', box(90, 86, 76, 94)),
    fill('#fff3d6', ellipse(128, 144, 20, 34)),
    fill('#f6e3c4', (x, y) => box(108, 86, 4, 94)(x, y) || box(144, 86, 4, 94)(x, y)),
    fill('#f6e3c4', box(80, 180, 96, 16)),
  ];
  return paintScaled(side, side, size / side, layers);
}

/** Waves, as the crest of another guild and as an emoji. */
export function paintWaves(size = side): Painting {
  return paintScaled(side, side, size / side, [
    fill('#17465a', everywhere),
    fill('#f2d9a0', (x, y) => [84, 132, 180].some((line) => Math.abs(y - line - Math.sin(x / 15) * 14) < 8)),
  ]);
}

/** A star over a stage: the sticker for a bow. */
export function paintBravo(): Painting {
  const star = (x: number, y: number): boolean => {
    const angle = Math.atan2(y - 116, x - 128) + Math.PI / 2;
    const turn = (Math.PI * 2) / 5;
    const near = Math.abs(((((angle + turn / 2) % turn) + turn) % turn) - turn / 2);
    return Math.hypot(x - 128, y - 116) < 84 - near * 74;
  };
  return paint(side, side, [
    fill('#7b2d43', everywhere),
    fill('#5f2036', (x) => Math.sin(x / 9) > 0.2),
    glow('#ffd79a', 128, 116, 150, 0.7),
    fill('#ffcf6b', star),
    fill('#3b1626', box(0, 216, 256, 40)),
  ]);
}

/** The harbour of the second act under its lamps; `evening` is from 0, dusk, to 1, night. */
export function paintHarbour(evening: number): Painting {
  const width = 960;
  const height = 600;
  const scale = 0.75;
  const lamps = [70, 190, 320, 450, 570, 690, 800, 900];
  const houses = [
    [40, 130, 140],
    [170, 90, 200],
    [262, 150, 120],
    [420, 100, 180],
    [525, 140, 150],
    [670, 96, 220],
    [770, 160, 130],
  ] as const;
  const shore = 390;
  const lampHeight = (x: number, index: number): number =>
    120 + Math.sin((x / width) * Math.PI) * 90 + (index % 2) * 10;
  const [sky, horizon] = evening > 0.5 ? ['#171430', '#7a4358'] : ['#3d5a8a', '#f0a66a'];
  const shade = ['#2c2340', '#251d38', '#342848'];
  const layers: readonly Layer[] = [
    fade(sky, horizon, 0, shore),
    fill('#f6e7c8', (x, y) => ellipse(760, 92, 40)(x, y) && !ellipse(776, 82, 38)(x, y)),
    ...houses.flatMap(([x, houseWidth, top], index) => [
      fill(shade[index % 3] ?? '', box(x, shore - top, houseWidth, top)),
      fill(
        shade[index % 3] ?? '',
        (px, py) =>
          py < shore - top && py > shore - top - 40 + Math.abs(px - x - houseWidth / 2) * (80 / houseWidth),
      ),
      fill('#ffc27a', box(x + houseWidth * 0.24, shore - top + 30, 18, 24), 0.9),
      fill('#ffc27a', box(x + houseWidth * 0.58, shore - top + 30 + (index % 2) * 40, 18, 24), 0.55),
    ]),
    fade('#3b2b52', '#14112a', shore, height),
    ...lamps.flatMap((x, index) => [
      glow('#ffb35c', x, lampHeight(x, index), 78, 0.8),
      fill('#ffcf87', ellipse(x, lampHeight(x, index), 11, 15)),
      fill('#ffb35c', ellipse(x, shore + 60 + (index % 3) * 22, 10, 44), 0.28),
    ]),
    fill('#0e0b1d', (x, y) => y > 508 && y < 556 && Math.abs(x - 470) < 150 - (y - 508) * 0.8),
    fill('#e9d8c0', (x, y) => x > 474 && y > 362 && y < 496 && x - 474 < (y - 362) * 0.7),
    fill('#cbb59d', (x, y) => x < 464 && y > 392 && y < 496 && 464 - x < (y - 392) * 0.6),
  ];
  return paintScaled(width, height, scale, layers);
}

/** Paints what was drawn for one size in another. */
function paintScaled(width: number, height: number, scale: number, layers: readonly Layer[]): Painting {
  const scaled = layers.map(
    (layer): Layer =>
      (x, y) =>
        layer(x / scale, y / scale),
  );
  return paint(width * scale, height * scale, scaled);
}
