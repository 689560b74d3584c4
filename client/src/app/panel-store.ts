import { create } from 'zustand';
import { closeDrawer, openDrawer } from './drawer-store.ts';
import { readsMembersFromDrawer } from './layout.ts';

/** What stands beside a channel in place of its members. */
export type Panel =
  | { readonly kind: 'search' }
  | { readonly kind: 'pins'; readonly channelId: string }
  | { readonly kind: 'thread'; readonly channelId: string; readonly rootId: string };

interface PanelState {
  readonly panel: Panel | undefined;
  /** Grows whenever somebody asks for the panel: it takes the focus then. */
  readonly requests: number;
}

export const usePanel = create<PanelState>(() => ({ panel: undefined, requests: 0 }));

export function openPanel(panel: Panel): void {
  usePanel.setState(({ requests }) => ({ panel, requests: requests + 1 }));
  if (readsMembersFromDrawer()) openDrawer('members');
}

export function closePanel(): void {
  usePanel.setState({ panel: undefined });
}

/** Closes the panel for somebody who is done with it, on narrow screens with the drawer that it lies in. */
export function leavePanel(): void {
  closePanel();
  closeDrawer();
}
