const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  nbsp: ' ',
  '#x27': "'",
};

/**
 * The words of a message's HTML, for a line that quotes it. Spoilers stay covered.
 * The result is text and must be shown as such; nothing here makes HTML safe.
 */
export function htmlToText(html: string): string {
  return decodeEntities(
    html
      .replace(/<mx-reply>[\s\S]*?<\/mx-reply>/gi, '')
      .replace(/<span[^>]*data-mx-spoiler[^>]*>[\s\S]*?<\/span>/gi, '▮▮▮▮')
      .replace(/<(?:br|hr|\/(?:p|li|h[1-6]|div|blockquote|pre|tr))\b[^>]*>/gi, ' ')
      .replace(/<[^>]*>/g, ''),
  );
}

/** Reads the few named characters that escaped texts are made of, each once. */
export function decodeEntities(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39|#x27|nbsp);/g, (_match, name: string) => entities[name] ?? '');
}
