const emojiOnly = /^(?:\p{RGI_Emoji}|\s)+$/v;

/** The most emoji that are shown large. */
const largestCount = 8;

/** Whether a text is nothing but a few emoji, which are then shown larger. */
export function isEmojiOnly(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > 80 || !emojiOnly.test(trimmed)) return false;
  return [...new Intl.Segmenter().segment(trimmed.replace(/\s/g, ''))].length <= largestCount;
}
