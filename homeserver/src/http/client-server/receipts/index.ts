import type { Endpoint } from '../../endpoint.ts';
import { postReceipt } from './post-receipt.ts';
import { setReadMarker } from './set-read-marker.ts';

/** How far people have read. */
export const receiptEndpoints: readonly Endpoint[] = [postReceipt, setReadMarker];
