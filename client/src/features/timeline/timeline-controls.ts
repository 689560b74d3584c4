import { createContext, useContext } from 'react';
import type { Message } from '../../matrix/types.ts';

/** What a message may ask of the timeline around it. The same object for the life of a channel. */
export interface TimelineControls {
  readonly channelId: string;
  readonly canSend: boolean;
  readonly startReply: (message: Message) => void;
  readonly startEdit: (message: Message) => void;
  readonly pickReaction: (message: Message) => void;
  /** Opens the thread of a message; missing in a thread, whose messages have none. */
  readonly openThread?: (message: Message) => void;
  /** Shows a picture or film as large as the window allows. */
  readonly openMedia: (message: Message) => void;
  readonly jumpTo: (eventId: string) => void;
}

export const TimelineControlsContext = createContext<TimelineControls | undefined>(undefined);

export function useTimelineControls(): TimelineControls {
  const controls = useContext(TimelineControlsContext);
  if (!controls) throw new Error('A message needs a timeline around it.');
  return controls;
}
