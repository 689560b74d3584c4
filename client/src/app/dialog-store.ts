import { create } from 'zustand';
import type { Reaction } from '../matrix/types.ts';

/** Which dialog is open, with what it needs to know. */
export type DialogRequest =
  | { readonly kind: 'create-guild' }
  | { readonly kind: 'create-channel'; readonly guildId: string; readonly categoryId?: string }
  | { readonly kind: 'create-category'; readonly guildId: string }
  | { readonly kind: 'invite'; readonly guildId: string }
  | { readonly kind: 'jump-to-date' | 'create-poll' | 'create-post'; readonly channelId: string }
  | { readonly kind: 'topic'; readonly name: string; readonly topic: string }
  | { readonly kind: 'rename-category'; readonly categoryId: string; readonly name: string }
  | { readonly kind: 'move-channel'; readonly guildId: string; readonly channelId: string }
  | { readonly kind: 'rename-folder'; readonly folderId: string }
  | { readonly kind: 'notifications'; readonly roomId: string; readonly name: string }
  | { readonly kind: 'switcher' | 'inbox' | 'keys' }
  | { readonly kind: 'new-direct' }
  | { readonly kind: 'profile' | 'accounts' }
  | { readonly kind: 'person'; readonly userId: string; readonly roomId?: string }
  | { readonly kind: 'versions' | 'forward'; readonly channelId: string; readonly eventId: string }
  | { readonly kind: 'reactions'; readonly reactions: readonly Reaction[] }
  | {
      readonly kind: 'report';
      readonly channelId: string;
      readonly eventId: string;
      readonly authorName: string;
    }
  | {
      readonly kind: 'confirm';
      readonly title: string;
      readonly text: string;
      readonly confirmLabel: string;
      /** What has to be typed first. */
      readonly mustType?: string;
      readonly perform: () => Promise<void>;
    };

interface DialogState {
  readonly request: DialogRequest | undefined;
}

export const useDialog = create<DialogState>(() => ({ request: undefined }));

export function openDialog(request: DialogRequest): void {
  useDialog.setState({ request });
}

export function closeDialog(): void {
  useDialog.setState({ request: undefined });
}
