import { type RefObject, useEffect, useRef, useState } from 'react';

const speeds: readonly number[] = [1, 1.5, 2];

export interface Player {
  readonly audio: RefObject<HTMLAudioElement | null>;
  /** What the element of the sound is given. */
  readonly handlers: {
    readonly onPlay: () => void;
    readonly onPause: () => void;
    readonly onEnded: () => void;
    readonly onTimeUpdate: () => void;
    readonly onDurationChange: () => void;
  };
  readonly isPlaying: boolean;
  /** Both in milliseconds. */
  readonly position: number;
  readonly duration: number;
  readonly speed: number;
  readonly toggle: () => void;
  readonly seek: (position: number) => void;
  readonly changeSpeed: () => void;
}

/** The one that plays now: a sound that begins ends the one before. */
let playing: HTMLAudioElement | undefined;

/** Plays a sound as soon as its address is there. */
export function usePlayer(url: string | undefined, knownDuration = 0): Player {
  const audio = useRef<HTMLAudioElement>(null);
  const [isPlaying, setIsPlaying] = useState(false);
  const [position, setPosition] = useState(0);
  const [duration, setDuration] = useState(knownDuration);
  const [speed, setSpeed] = useState(1);

  useEffect(() => {
    const element = audio.current;
    if (!element || url === undefined) return;
    play(element);
    return () => element.pause();
  }, [url]);
  useEffect(() => {
    if (!audio.current) return;
    // What is loaded begins with the first of them.
    audio.current.defaultPlaybackRate = speed;
    audio.current.playbackRate = speed;
  }, [speed]);

  return {
    audio,
    handlers: {
      onPlay: () => setIsPlaying(true),
      onPause: () => setIsPlaying(false),
      onEnded: () => setPosition(0),
      onTimeUpdate: () => setPosition((audio.current?.currentTime ?? 0) * 1000),
      onDurationChange: () => {
        // What a browser recorded says nothing of its length until all of it was played.
        const seconds = audio.current?.duration ?? 0;
        if (Number.isFinite(seconds)) setDuration(seconds * 1000);
      },
    },
    isPlaying,
    position,
    duration,
    speed,
    toggle: () => {
      if (!audio.current) return;
      if (isPlaying) audio.current.pause();
      else play(audio.current);
    },
    seek: (wanted) => {
      if (audio.current) audio.current.currentTime = wanted / 1000;
      setPosition(wanted);
    },
    changeSpeed: () => setSpeed(speeds[speeds.indexOf(speed) + 1] ?? 1),
  };
}

function play(element: HTMLAudioElement): void {
  if (playing !== element) playing?.pause();
  playing = element;
  // A browser may wait for a gesture: the button is still there.
  element.play().catch(() => undefined);
}
