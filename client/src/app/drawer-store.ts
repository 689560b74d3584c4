import { create } from 'zustand';

/** On narrow screens guilds and channels lie in a drawer on the left, the members in one on the right. */
export type Drawer = 'none' | 'navigation' | 'members';

interface DrawerState {
  readonly drawer: Drawer;
}

export const useDrawer = create<DrawerState>(() => ({ drawer: 'none' }));

export function openDrawer(drawer: Drawer): void {
  useDrawer.setState({ drawer });
}

export function closeDrawer(): void {
  useDrawer.setState({ drawer: 'none' });
}
