export { authorizeEvent, redactionApplies } from './authorize-event.ts';
export type { AuthDecision, StateLookup } from './decision.ts';
export { type AuthSelectionInput, authEventKeys, checkAuthEvents } from './selection.ts';
