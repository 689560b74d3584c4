const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Up to two letters that stand for a name: "The Lantern Club" is "TL". */
export function buildInitials(name: string): string {
  const words = name.split(/[\s_.-]+/u).filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word));
  const letters = words.slice(0, 2).map((word) => {
    const clean = word.replace(/^[^\p{L}\p{N}\p{Extended_Pictographic}]+/u, '');
    return [...segmenter.segment(clean)][0]?.segment ?? '';
  });
  return letters.join('').toLocaleUpperCase() || '?';
}

/** Hues that sit well in the hall; one of them belongs to each name, always the same. */
const hues = [28, 52, 84, 142, 188, 248, 300, 350] as const;

/** The hue of a person or guild without a picture, in degrees. */
export function pickHue(id: string): number {
  let hash = 7;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return hues[hash % hues.length] ?? hues[0];
}
