import { useCallback, useEffect, useState } from 'react';
import type { MediaRequest } from '../../matrix/media.ts';
import { useGateway } from '../session/gateway-context.ts';

export interface MediaState {
  readonly url: string | undefined;
  readonly hasFailed: boolean;
  readonly retry: () => void;
}

/** The address of an image while this view shows it. Nothing is loaded without an mxc address. */
export function useMedia(mxc: string | undefined, size?: MediaRequest['size']): MediaState {
  const { media } = useGateway();
  const [attempt, setAttempt] = useState(0);
  const [result, setResult] = useState<{ readonly key: string; readonly url: string | undefined }>();
  const [width, height, method] = [size?.width, size?.height, size?.method];
  const key = `${mxc} ${width} ${height} ${method}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt loads again.
  useEffect(() => {
    if (mxc === undefined) return;
    const hasSize = width !== undefined && height !== undefined && method !== undefined;
    const request: MediaRequest = hasSize ? { mxc, size: { width, height, method } } : { mxc };
    let isCurrent = true;
    media.acquire(request).then(
      (url) => isCurrent && setResult({ key, url }),
      () => isCurrent && setResult({ key, url: undefined }),
    );
    return () => {
      isCurrent = false;
      media.release(request);
    };
  }, [media, key, attempt]);

  const retry = useCallback(() => {
    setResult(undefined);
    setAttempt((count) => count + 1);
  }, []);
  const current = result?.key === key ? result : undefined;
  return { url: current?.url, hasFailed: current !== undefined && current.url === undefined, retry };
}
