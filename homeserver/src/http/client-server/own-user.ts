import { forbidden } from '../../protocol/errors.ts';
import type { Requester } from '../endpoint.ts';

/**
 * Checks that a path with a user ID is the requester's own.
 * @throws {MatrixError} 403 `M_FORBIDDEN`
 */
export function checkOwnUser(userId: string, requester: Requester): void {
  if (userId !== requester.userId) throw forbidden('This belongs to another user');
}
