import { expect } from 'chai';
import { isEmojiOnly } from './emoji-only.ts';

describe('isEmojiOnly', () => {
  it('knows a few emoji, joined ones and flags among them', () => {
    for (const text of ['🔥', '🔥 🎉', '👩‍🚀', '🇫🇷', '👍🏽']) expect(isEmojiOnly(text), text).to.equal(true);
  });

  it('leaves text, digits and long rows of emoji as they are', () => {
    for (const text of ['', 'ok 🔥', '123', '#', '🔥'.repeat(9)])
      expect(isEmojiOnly(text), text).to.equal(false);
  });
});
