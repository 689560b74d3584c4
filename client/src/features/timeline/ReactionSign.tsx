import { InlineImage } from './InlineImage.tsx';

/** What somebody reacted with: an emoji, or a picture that other clients send as its address. */
export function ReactionSign({ reaction }: { readonly reaction: string }) {
  if (!reaction.startsWith('mxc://')) return reaction;
  return <InlineImage mxc={reaction} alt="▢" isEmoticon />;
}
