import { type RefObject, useLayoutEffect } from 'react';
import { changeComposer, readComposer } from '../composer/composer-store.ts';

/** Whether the channel that was left had the focus, which was lost with it. */
let isFocusLost = false;

/** Takes the focus over from the channel that was left, to where one writes: it never falls back to the page. */
export function useFocusHandover(
  frame: RefObject<HTMLElement | null>,
  channelId: string,
  canSend: boolean,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what one may do later moves no focus.
  useLayoutEffect(() => {
    const element = frame.current;
    if (isFocusLost && document.activeElement === document.body) {
      if (canSend) changeComposer(channelId, { focusRequests: readComposer(channelId).focusRequests + 1 });
      else element?.focus();
    }
    isFocusLost = false;
    return () => {
      // Its elements are still there while it is taken out.
      isFocusLost = element?.contains(document.activeElement) === true;
    };
  }, [frame, channelId]);
}
