import type { BackupVersion } from '../../../encryption/index.ts';
import { endpoint } from '../../endpoint.ts';

const PATH = '/_matrix/client/unstable/room_keys/version';

function present({ version, algorithm, authData, count, etag }: BackupVersion): object {
  return { version, algorithm, auth_data: authData, count, etag };
}

/** Begins a new version of the user's key backup. */
export const postRoomKeysVersion = endpoint(
  'postRoomKeysVersion',
  { limit: 'keyBackup', aliases: [PATH] },
  async ({ body, requester, services }) => ({
    version: await services.encryption.keyBackups.createVersion(
      requester.userNid,
      body.algorithm,
      body.auth_data,
    ),
  }),
);

/** The current version. */
export const getRoomKeysVersionCurrent = endpoint(
  'getRoomKeysVersionCurrent',
  { limit: 'keyBackup', aliases: [PATH] },
  async ({ requester, services }) => present(await services.encryption.keyBackups.version(requester.userNid)),
);

/** One version. */
export const getRoomKeysVersion = endpoint(
  'getRoomKeysVersion',
  { limit: 'keyBackup', aliases: [`${PATH}/{version}`] },
  async ({ params, requester, services }) =>
    present(await services.encryption.keyBackups.version(requester.userNid, params.version)),
);

/** Sets the authentication data of a version. */
export const putRoomKeysVersion = endpoint(
  'putRoomKeysVersion',
  { limit: 'keyBackup', aliases: [`${PATH}/{version}`] },
  async ({ params, body, requester, services }) => {
    await services.encryption.keyBackups.updateVersion(requester.userNid, params.version, {
      algorithm: body.algorithm,
      authData: body.auth_data,
      named: body.version,
    });
    return {};
  },
);

/** Deletes a version with its keys. */
export const deleteRoomKeysVersion = endpoint(
  'deleteRoomKeysVersion',
  { limit: 'keyBackup', aliases: [`${PATH}/{version}`] },
  async ({ params, requester, services }) => {
    await services.encryption.keyBackups.deleteVersion(requester.userNid, params.version);
    return {};
  },
);
