/** A drawing, and the file that is made of it. */
export interface Drawing {
  readonly svg: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly type: 'png' | 'jpeg';
}

/** What a portrait is made of: colours, and how the hair falls. */
export interface Portrait {
  readonly wall: string;
  readonly skin: string;
  readonly hair: string;
  readonly coat: string;
  readonly cut: 'short' | 'long' | 'bun' | 'curls' | 'bald' | 'hood';
}

const HAIR: Readonly<Record<Portrait['cut'], { readonly behind: string; readonly before: string }>> = {
  short: {
    behind: '',
    before: '<path d="M78 118c0-44 22-66 52-66s50 20 50 60c-14-26-34-32-52-32s-38 8-50 38z"/>',
  },
  long: {
    behind: '<path d="M70 128c0-52 26-80 58-80s58 28 58 80v86H70z"/>',
    before: '<path d="M78 122c2-40 24-62 50-62s48 22 50 62c-20-8-34-22-42-38-10 18-30 32-58 38z"/>',
  },
  bun: {
    behind: '<circle cx="128" cy="42" r="26"/>',
    before: '<path d="M76 120c0-44 22-66 52-66s52 22 52 66c-10-26-28-38-52-38s-42 12-52 38z"/>',
  },
  curls: {
    behind:
      '<circle cx="82" cy="98" r="30"/><circle cx="174" cy="98" r="30"/><circle cx="104" cy="68" r="32"/>' +
      '<circle cx="152" cy="68" r="32"/><circle cx="74" cy="134" r="24"/><circle cx="182" cy="134" r="24"/>',
    before: '<path d="M82 112c6-34 24-48 46-48s40 14 46 48c-14-18-28-24-46-24s-32 6-46 24z"/>',
  },
  bald: {
    behind: '',
    before: '<path d="M92 154c4 34 16 50 36 50s32-16 36-50c-12 12-24 14-36 14s-24-2-36-14z"/>',
  },
  hood: {
    behind: '<path d="M56 152c0-68 30-112 72-112s72 44 72 112l14 70H42z"/>',
    before: '<path d="M82 112c8-30 24-44 46-44s38 14 46 44c-14-14-28-18-46-18s-32 4-46 18z" opacity="0.35"/>',
  },
};

/** A face without features, in a square. */
export function drawPortrait({ wall, skin, hair, coat, cut }: Portrait): Drawing {
  const { behind, before } = HAIR[cut];
  return drawSquare(`<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" viewBox="0 0 256 256">
    <rect width="256" height="256" fill="${wall}"/>
    <g fill="${hair}">${behind}</g>
    <path d="M30 256c4-48 40-70 98-70s94 22 98 70z" fill="${coat}"/>
    <path d="M106 164h44v34c-6 12-38 12-44 0z" fill="${skin}"/>
    <path d="M106 178c14 12 30 12 44 0v8c-14 12-30 12-44 0z" opacity="0.18"/>
    <ellipse cx="128" cy="126" rx="44" ry="54" fill="${skin}"/>
    <g fill="${hair}">${before}</g>
  </svg>`);
}

/** The sign of the Lantern Club. */
export function drawLantern(): Drawing {
  return drawSquare(`<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" viewBox="0 0 256 256">
    <defs><radialGradient id="g"><stop offset="0" stop-color="#ffd79a"/><stop offset="0.4" stop-color="#f0803c"/>
      <stop offset="1" stop-color="#3b2148" stop-opacity="0"/></radialGradient></defs>
    <rect width="256" height="256" fill="#3b2148"/>
    <circle cx="128" cy="136" r="120" fill="url(#g)" opacity="0.75"/>
    <path d="M104 66a24 24 0 0 1 48 0" fill="none" stroke="#f6e3c4" stroke-width="9"/>
    <path d="M92 66h72l10 18H82z" fill="#f6e3c4"/>
    <path d="M86 84h84l-8 96H94z" fill="#ffb45e"/>
    <path d="M128 104c16 22 20 34 20 46a20 20 0 0 1-40 0c0-12 4-24 20-46z" fill="#fff3d6"/>
    <path d="M80 180h96l8 18H72z" fill="#f6e3c4"/>
    <path d="M128 84v-4M110 84l4 96M146 84l-4 96" stroke="#f6e3c4" stroke-width="4"/>
  </svg>`);
}

/** A sign of two letters' worth for another guild: stripes or a ring. */
export function drawCrest(ground: string, figure: string, shape: 'waves' | 'pixels'): Drawing {
  const waves = [96, 138, 180].map(
    (y) => `<path d="M36 ${y}q23-30 46 0t46 0 46 0 46 0" fill="none" stroke="${figure}" stroke-width="16"/>`,
  );
  const pixels = ['00111100', '01111110', '11011011', '11111111', '11111111', '10100101'].flatMap((row, y) =>
    [...row].map((bit, x) =>
      bit === '1'
        ? `<rect x="${48 + x * 20}" y="${68 + y * 20}" width="20" height="20" fill="${figure}"/>`
        : '',
    ),
  );
  return drawSquare(`<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256">
    <rect width="256" height="256" fill="${ground}"/>${(shape === 'waves' ? waves : pixels).join('')}</svg>`);
}

/** The harbour of the second act under its lamps. */
export function drawHarbour(): Drawing {
  const lamps = [90, 230, 385, 545, 700, 850, 985, 1110].map((x, index) => {
    const y = 150 + Math.sin((x / 1200) * Math.PI) * 110 + (index % 2) * 12;
    return `<circle cx="${x}" cy="${y}" r="92" fill="url(#glow)"/>
      <rect x="${x - 13}" y="${y - 19}" width="26" height="38" rx="11" fill="#ffcf87"/>
      <rect x="${x - 13}" y="${y + 330}" width="26" height="${60 + (index % 3) * 26}" rx="13" fill="#ffb35c" opacity="0.28"/>`;
  });
  const houses = [
    [60, 150, 170],
    [210, 110, 235],
    [330, 170, 150],
    [520, 120, 210],
    [650, 160, 175],
    [820, 110, 260],
    [940, 180, 160],
  ].map(
    ([x = 0, width = 0, height = 0], index) => `
      <path d="M${x} 470v-${height}l${width / 2}-46 ${width / 2} 46v${height}z" fill="${['#2c2340', '#251d38', '#342848'][index % 3]}"/>
      <rect x="${x + width * 0.24}" y="${470 - height + 34}" width="22" height="30" rx="4" fill="#ffc27a" opacity="0.9"/>
      <rect x="${x + width * 0.58}" y="${470 - height + 34 + (index % 2) * 48}" width="22" height="30" rx="4" fill="#ffc27a" opacity="0.55"/>`,
  );
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="750" viewBox="0 0 1200 750">
    <defs>
      <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#171430"/><stop offset="0.62" stop-color="#4a2f5c"/>
        <stop offset="1" stop-color="#a65a52"/></linearGradient>
      <linearGradient id="sea" x2="0" y2="1"><stop stop-color="#3b2b52"/><stop offset="1" stop-color="#14112a"/></linearGradient>
      <radialGradient id="glow"><stop stop-color="#ffb35c" stop-opacity="0.75"/><stop offset="1" stop-color="#ffb35c" stop-opacity="0"/></radialGradient>
    </defs>
    <rect width="1200" height="480" fill="url(#sky)"/>
    <circle cx="930" cy="116" r="54" fill="#f6e7c8"/><circle cx="950" cy="104" r="50" fill="#1f1a39" opacity="0.94"/>
    ${houses.join('')}
    <rect y="468" width="1200" height="282" fill="url(#sea)"/>
    <path d="M0 132Q600 330 1200 132" fill="none" stroke="#0e0b1d" stroke-width="5"/>
    ${lamps.join('')}
    <path d="M420 640c90 30 270 30 360 0l-34 62c-70 20-222 20-292 0z" fill="#0e0b1d"/>
    <path d="M596 640V452l118 156z" fill="#e9d8c0"/><path d="M584 640V486l-84 122z" fill="#cbb59d"/>
  </svg>`;
  return { svg: picture, width: 1200, height: 750, type: 'jpeg' };
}

function drawSquare(svg: string): Drawing {
  return { svg, width: 256, height: 256, type: 'png' };
}
