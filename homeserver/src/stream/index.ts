/** The ordered log as readers see it: positions, tokens, and who is woken when something arrives. */
export { formatStreamToken, parseStreamToken, type StreamToken } from './sync-token.ts';
