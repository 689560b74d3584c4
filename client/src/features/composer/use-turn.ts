import { useEffect, useState } from 'react';
import type { SlowMode } from '../../matrix/types.ts';

/** When slow mode lets us speak again, in milliseconds; undefined when we may now. */
export function useTurn(slowMode: SlowMode | undefined): number | undefined {
  const readyAt = slowMode?.isExempt === false ? slowMode.readyAt : 0;
  const [passed, setPassed] = useState(0);
  const isWaiting = passed < readyAt && Date.now() < readyAt;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(() => setPassed(readyAt), readyAt - Date.now());
    return () => clearTimeout(timer);
  }, [isWaiting, readyAt]);
  return isWaiting ? readyAt : undefined;
}
