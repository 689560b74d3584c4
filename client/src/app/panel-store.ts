import { create } from 'zustand';

/** What stands beside a channel in place of its members. */
export type Panel = { readonly kind: 'search' };

interface PanelState {
  readonly panel: Panel | undefined;
  /** Grows whenever somebody asks for the panel: it takes the focus then. */
  readonly requests: number;
}

export const usePanel = create<PanelState>(() => ({ panel: undefined, requests: 0 }));

export function openPanel(panel: Panel): void {
  usePanel.setState(({ requests }) => ({ panel, requests: requests + 1 }));
}

export function closePanel(): void {
  usePanel.setState({ panel: undefined });
}
