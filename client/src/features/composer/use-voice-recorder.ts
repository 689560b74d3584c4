import { useEffect, useRef, useState } from 'react';

/** What somebody spoke. */
export interface Recording {
  readonly file: File;
  /** In milliseconds. */
  readonly duration: number;
  /** How loud it was from its beginning to its end, 0 to 1. */
  readonly waveform: readonly number[];
}

export interface VoiceRecorderState {
  readonly phase: 'asking' | 'recording' | 'refused';
  /** In milliseconds. */
  readonly duration: number;
  /** How loud it was lately, 0 to 1, the newest last. */
  readonly levels: readonly number[];
  /** Ends the recording and gives what was spoken; undefined when nothing was. */
  readonly finish: () => Promise<Recording | undefined>;
}

/** How often loudness is measured, in milliseconds. */
const measureInterval = 100;

/** In the order in which they are wanted: other clients play Ogg best. */
const formats = [
  { type: 'audio/ogg;codecs=opus', ending: 'ogg' },
  { type: 'audio/webm;codecs=opus', ending: 'webm' },
  { type: 'audio/mp4', ending: 'm4a' },
] as const;

/** Whether the browser lets us listen: it does not without HTTPS. */
export function canRecord(): boolean {
  return typeof MediaRecorder !== 'undefined' && navigator.mediaDevices !== undefined;
}

/** Records from the microphone from the first drawing on, until `finish` or until its view leaves. */
export function useVoiceRecorder(): VoiceRecorderState {
  const [phase, setPhase] = useState<VoiceRecorderState['phase']>('asking');
  const [levels, setLevels] = useState<readonly number[]>([]);
  const session = useRef<RecordingSession>(undefined);
  useEffect(() => {
    let isOver = false;
    navigator.mediaDevices.getUserMedia({ audio: true }).then(
      (stream) => {
        if (isOver) {
          endTracks(stream);
          return;
        }
        session.current = new RecordingSession(stream, (level) => setLevels((known) => [...known, level]));
        setPhase('recording');
      },
      () => isOver || setPhase('refused'),
    );
    return () => {
      isOver = true;
      session.current?.close();
    };
  }, []);
  return {
    phase,
    levels,
    duration: levels.length * measureInterval,
    finish: () => session.current?.finish(levels) ?? Promise.resolve(undefined),
  };
}

/** One recording: the microphone, what writes it down, and what measures how loud it is. */
class RecordingSession {
  readonly #stream: MediaStream;
  readonly #recorder: MediaRecorder;
  readonly #context = new AudioContext();
  readonly #format = formats.find(({ type }) => MediaRecorder.isTypeSupported(type));
  readonly #pieces: Blob[] = [];
  readonly #startedAt = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(stream: MediaStream, handleLevel: (level: number) => void) {
    this.#stream = stream;
    this.#recorder = new MediaRecorder(stream, this.#format && { mimeType: this.#format.type });
    this.#recorder.ondataavailable = ({ data }) => this.#pieces.push(data);
    this.#recorder.start();
    const analyser = this.#context.createAnalyser();
    this.#context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      handleLevel(Math.min(1, Math.max(...samples.map(Math.abs))));
    }, measureInterval);
  }

  async finish(waveform: readonly number[]): Promise<Recording> {
    const duration = performance.now() - this.#startedAt;
    await new Promise((resolve) => {
      this.#recorder.onstop = resolve;
      this.#recorder.stop();
    });
    this.close();
    const type = this.#recorder.mimeType.split(';')[0] ?? 'audio/webm';
    const file = new File(this.#pieces, `voice.${this.#format?.ending ?? 'webm'}`, { type });
    return { file, duration, waveform };
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#recorder.state !== 'inactive') this.#recorder.stop();
    endTracks(this.#stream);
    void this.#context.close().catch(() => undefined);
  }
}

function endTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
