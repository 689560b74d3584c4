type Colour = readonly [red: number, green: number, blue: number];

/** What stands behind or upon the accent in a theme; as in ui/tokens.css. */
interface Ground {
  /** The surface on which accents are hardest to see. */
  readonly surface: Colour;
  readonly onAccent: Colour;
  /** Towards what a colour becomes easier to see. */
  readonly clearer: Colour;
}

const black: Colour = [0, 0, 0];
const white: Colour = [255, 255, 255];
const grounds: Readonly<Record<'light' | 'dark', Ground>> = {
  light: { surface: [222, 211, 195], onAccent: white, clearer: black },
  dark: { surface: [59, 48, 71], onAccent: [26, 21, 32], clearer: white },
};

/** The contrast of text on a filled button, and of text in the accent (WCAG 2.2, AA), with a little to spare. */
const enough = 4.7;

/** Reads `#rrggbb`. */
function parseColour(hex: string): Colour | undefined {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (!match) return undefined;
  const [red = 0, green = 0, blue = 0] = match.slice(1).map((part) => Number.parseInt(part, 16));
  return [red, green, blue];
}

function writeColour(colour: Colour): string {
  return `#${colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

function mix(colour: Colour, other: Colour, share: number): Colour {
  const blend = (index: 0 | 1 | 2): number => colour[index] * (1 - share) + other[index] * share;
  return [blend(0), blend(1), blend(2)];
}

/** Relative luminance (WCAG 2.2). */
function measureLight(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

function measure(a: Colour, b: Colour): number {
  const [low = 0, high = 0] = [measureLight(a), measureLight(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** The contrast between two colours written `#rrggbb` (WCAG 2.2): 1 to 21. */
export function measureContrast(a: string, b: string): number {
  return measure(parseColour(a) ?? black, parseColour(b) ?? black);
}

/** The nearest colour in the direction of what is clearer that has enough contrast to another. */
function makeClear(colour: Colour, against: Colour, clearer: Colour): Colour {
  for (let share = 0; share < 1; share += 0.02) {
    const candidate = mix(colour, clearer, share);
    if (measure(candidate, against) >= enough) return candidate;
  }
  return clearer;
}

function fit(colour: Colour, { surface, onAccent, clearer }: Ground): Readonly<Record<string, string>> {
  const accent = makeClear(colour, onAccent, clearer);
  return {
    '--accent': writeColour(accent),
    '--accent-hover': writeColour(mix(accent, clearer, 0.12)),
    '--accent-pressed': writeColour(mix(accent, clearer, 0.22)),
    '--accent-text': writeColour(makeClear(accent, surface, clearer)),
  };
}

/**
 * The tokens of an accent that somebody picked, for both themes: as they picked it where it can be read, else lighter or
 * darker.
 * @param hex `#rrggbb`.
 * @returns custom properties by name; undefined for what is no colour.
 */
export function fitAccent(hex: string): Readonly<Record<string, string>> | undefined {
  const colour = parseColour(hex);
  if (!colour) return undefined;
  const light = fit(colour, grounds.light);
  const dark = fit(colour, grounds.dark);
  return Object.fromEntries(
    Object.keys(light).map((name) => [name, `light-dark(${light[name]}, ${dark[name]})`]),
  );
}
