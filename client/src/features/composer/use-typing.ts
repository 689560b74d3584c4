import { useCallback, useEffect, useRef } from 'react';
import type { MessageActions } from '../../matrix/messages.ts';

/** Typing notices hold for a while on the server; this is how often one is renewed, in milliseconds. */
const renewal = 8000;
/** After this pause somebody no longer counts as typing. */
const pause = 6000;

/** Tells others when somebody begins and ends to type in a channel. */
export function useTyping(
  messages: MessageActions,
  channelId: string,
): { readonly noteTyping: () => void; readonly endTyping: () => void } {
  const lastSent = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const endTyping = useCallback(() => {
    clearTimeout(timer.current);
    if (lastSent.current === 0) return;
    lastSent.current = 0;
    messages.setTyping(channelId, false);
  }, [messages, channelId]);

  const noteTyping = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(endTyping, pause);
    if (Date.now() - lastSent.current < renewal) return;
    lastSent.current = Date.now();
    messages.setTyping(channelId, true);
  }, [messages, channelId, endTyping]);

  useEffect(() => endTyping, [endTyping]);
  return { noteTyping, endTyping };
}
