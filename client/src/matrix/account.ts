import { type AuthDict, type MatrixClient, MatrixError } from 'matrix-js-sdk';
import { asObject } from '../lib/parse.ts';
import type { SessionInfo } from './types.ts';

/** What a person does with their account. Every function rejects when the server refuses. */
export interface AccountActions {
  /** Uploads a picture and shows it to everybody; undefined takes the picture away. */
  setAvatar(file: File | undefined): Promise<void>;
  changePassword(password: string, newPassword: string, endsOtherSessions: boolean): Promise<void>;
  /** Closes the account for good. `erases`: what was written is hidden from those who come later. */
  closeAccount(password: string, erases: boolean): Promise<void>;
  /** All sessions, this one first, then by when they were used. */
  listSessions(): Promise<readonly SessionInfo[]>;
  renameSession(sessionId: string, name: string): Promise<void>;
  endSessions(sessionIds: readonly string[], password: string): Promise<void>;
}

export function createAccountActions(client: MatrixClient): AccountActions {
  return {
    async setAvatar(file) {
      const mxc = file ? (await client.uploadContent(file, { type: file.type })).content_uri : '';
      await client.setAvatarUrl(mxc);
    },
    async changePassword(password, newPassword, endsOtherSessions) {
      await withPassword(client, password, (auth) =>
        client.setPassword(auth, newPassword, endsOtherSessions),
      );
    },
    async closeAccount(password, erases) {
      await withPassword(client, password, (auth) => client.deactivateAccount(auth, erases));
    },
    async listSessions() {
      const { devices } = await client.getDevices();
      const ownId = client.getDeviceId();
      return devices
        .map((device) => ({
          sessionId: device.device_id,
          name: device.display_name ?? device.device_id,
          isThisOne: device.device_id === ownId,
          lastSeen: device.last_seen_ts,
          address: device.last_seen_ip,
        }))
        .sort((a, b) => Number(b.isThisOne) - Number(a.isThisOne) || (b.lastSeen ?? 0) - (a.lastSeen ?? 0));
    },
    async renameSession(sessionId, name) {
      await client.setDeviceDetails(sessionId, { display_name: name });
    },
    async endSessions(sessionIds, password) {
      await withPassword(client, password, (auth) => client.deleteMultipleDevices([...sessionIds], auth));
    },
  };
}

/**
 * Does what the server wants a password for (Matrix 1.19, "User-Interactive Authentication API"): asks first, since
 * the answer names the session that the password belongs to.
 */
async function withPassword(
  client: MatrixClient,
  password: string,
  ask: (auth: AuthDict) => Promise<unknown>,
): Promise<void> {
  const identifier = { type: 'm.id.user', user: client.getSafeUserId() };
  const proof = { type: 'm.login.password', identifier, password };
  try {
    await ask(proof);
  } catch (error) {
    const session = error instanceof MatrixError ? asObject(error.data)?.session : undefined;
    // The first question is where a session begins; with an error code, the password was looked at and is wrong.
    const isQuestion =
      error instanceof MatrixError && error.httpStatus === 401 && error.data.errcode === undefined;
    if (!isQuestion || typeof session !== 'string') throw error;
    await ask({ ...proof, session });
  }
}
