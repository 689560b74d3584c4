import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { useGateway } from '../features/session/gateway-context.ts';
import { performByKey } from './actions/action.ts';
import { type HallContext, hallActions } from './actions/hall-actions.ts';
import { useDialog } from './dialog-store.ts';
import { parsePath } from './paths.ts';

/** Where somebody is, for actions. */
export function useHallContext(): HallContext {
  const gateway = useGateway();
  const [path, navigate] = useLocation();
  return { gateway, navigate, ...parsePath(path) };
}

/** The keys that hold everywhere in the hall, but not behind a dialog. */
export function useHallKeys(): void {
  const context = useHallContext();
  useEffect(() => {
    const handleKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || useDialog.getState().request !== undefined) return;
      if (performByKey(hallActions, context, event)) event.preventDefault();
    };
    window.addEventListener('keydown', handleKey);
    return () => window.removeEventListener('keydown', handleKey);
  });
}
