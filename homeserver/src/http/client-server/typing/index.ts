import type { Endpoint } from '../../endpoint.ts';
import { setTyping } from './set-typing.ts';

export const typingEndpoints: readonly Endpoint[] = [setTyping];
