import { create } from 'zustand';

/** A message that somebody wants to see, in a channel that may not be open yet. */
interface JumpState {
  readonly wanted: { readonly channelId: string; readonly eventId: string } | undefined;
}

export const useJump = create<JumpState>(() => ({ wanted: undefined }));

/** Asks the timeline of a channel for a message, as soon as that channel is open. */
export function requestJump(channelId: string, eventId: string): void {
  useJump.setState({ wanted: { channelId, eventId } });
}

/** The message that is wanted in a channel, once. */
export function takeJump(channelId: string): string | undefined {
  const { wanted } = useJump.getState();
  if (wanted?.channelId !== channelId) return undefined;
  useJump.setState({ wanted: undefined });
  return wanted.eventId;
}
