import type { Device } from '../../../accounts/index.ts';
import { getJoinedRooms } from '../../../rooms/index.ts';
import { customEndpoint } from '../../endpoint.ts';
import { Reply } from '../../reply.ts';
import { requiredQuery } from '../../request-values.ts';

const V1 = '/_synapse/admin/v1';
const V2 = '/_synapse/admin/v2';

export const isUserAdmin = customEndpoint(
  { name: 'adminIsUserAdmin', method: 'GET', path: `${V1}/users/{userId}/admin`, auth: 'admin' },
  async ({ params, services }) => ({
    admin: (await services.accounts.userAdministration.get(params.userId)).admin === 1,
  }),
);

export const setUserAdmin = customEndpoint(
  {
    name: 'adminSetUserAdmin',
    method: 'PUT',
    path: `${V1}/users/{userId}/admin`,
    auth: 'admin',
    bodySchema: { type: 'object', properties: { admin: { type: 'boolean' } }, required: ['admin'] },
  },
  async ({ params, body, requester, services }) => {
    await services.accounts.userAdministration.setAdmin(requester, params.userId, body.admin);
    return {};
  },
);

export const resetPassword = customEndpoint(
  {
    name: 'adminResetPassword',
    method: 'POST',
    path: `${V1}/reset_password/{userId}`,
    auth: 'admin',
    bodySchema: {
      type: 'object',
      properties: { new_password: { type: 'string' }, logout_devices: { type: 'boolean' } },
      required: ['new_password'],
    },
  },
  async ({ params, body, services }) => {
    const { new_password: password, logout_devices: logoutDevices = true } = body;
    await services.accounts.userAdministration.setPassword(params.userId, password, logoutDevices);
    return {};
  },
);

/** `id_server_unbind_result`: no identity server knows of anybody here. */
export const deactivateUser = customEndpoint(
  {
    name: 'adminDeactivateUser',
    method: 'POST',
    path: `${V1}/deactivate/{userId}`,
    auth: 'admin',
    body: 'optional-json',
    bodySchema: { type: 'object', properties: { erase: { type: 'boolean' } } },
  },
  async ({ params, body, services }) => {
    await services.accounts.userAdministration.deactivate(params.userId, body.erase ?? false);
    return { id_server_unbind_result: 'success' };
  },
);

export const logInAsUser = customEndpoint(
  {
    name: 'adminLogInAsUser',
    method: 'POST',
    path: `${V1}/users/{userId}/login`,
    auth: 'admin',
    body: 'optional-json',
    bodySchema: { type: 'object', properties: {} },
  },
  async ({ params, requester, services }) => {
    return { access_token: await services.accounts.userAdministration.logInAs(requester, params.userId) };
  },
);

export const suspendUser = customEndpoint(
  {
    name: 'adminSuspendUser',
    method: 'PUT',
    path: `${V1}/suspend/{userId}`,
    auth: 'admin',
    bodySchema: { type: 'object', properties: { suspend: { type: 'boolean' } }, required: ['suspend'] },
  },
  async ({ params: { userId }, body, requester, services }) => {
    await services.accounts.moderation.set(requester, userId, 'suspended', body.suspend);
    return { [`user_${userId}_suspended`]: body.suspend };
  },
);

export const listJoinedRooms = customEndpoint(
  { name: 'adminListJoinedRooms', method: 'GET', path: `${V1}/users/{userId}/joined_rooms`, auth: 'admin' },
  async ({ params, services }) => {
    const { userNid } = await services.accounts.userAdministration.get(params.userId);
    const joined = await getJoinedRooms(services.rooms, userNid);
    return { joined_rooms: joined, total: joined.length };
  },
);

export const listDevices = customEndpoint(
  { name: 'adminListDevices', method: 'GET', path: `${V2}/users/{userId}/devices`, auth: 'admin' },
  async ({ params: { userId }, services }) => {
    const devices = await services.accounts.userAdministration.devices(userId);
    return {
      devices: devices.map((device) => ({ ...presentDevice(userId, device), dehydrated: false })),
      total: devices.length,
    };
  },
);

const DEVICE = `${V2}/users/{userId}/devices/{deviceId}` as const;

export const getDevice = customEndpoint(
  { name: 'adminGetDevice', method: 'GET', path: DEVICE, auth: 'admin' },
  async ({ params: { userId, deviceId }, services }) =>
    presentDevice(userId, await services.accounts.userAdministration.device(userId, deviceId)),
);

export const renameDevice = customEndpoint(
  {
    name: 'adminRenameDevice',
    method: 'PUT',
    path: DEVICE,
    auth: 'admin',
    body: 'optional-json',
    bodySchema: { type: 'object', properties: { display_name: { type: 'string' } } },
  },
  async ({ params: { userId, deviceId }, body, services }) => {
    await services.accounts.userAdministration.renameDevice(userId, deviceId, body.display_name);
    return {};
  },
);

export const addDevice = customEndpoint(
  {
    name: 'adminAddDevice',
    method: 'POST',
    path: `${V2}/users/{userId}/devices`,
    auth: 'admin',
    bodySchema: {
      type: 'object',
      properties: { device_id: { type: 'string' } },
      required: ['device_id'],
    },
  },
  async ({ params, body, services }) => {
    await services.accounts.userAdministration.addDevice(params.userId, body.device_id);
    return new Reply({ status: 201, body: {} });
  },
);

export const deleteDevice = customEndpoint(
  {
    name: 'adminDeleteDevice',
    method: 'DELETE',
    path: DEVICE,
    auth: 'admin',
  },
  async ({ params: { userId, deviceId }, services }) => {
    await services.accounts.userAdministration.deleteDevices(userId, [deviceId]);
    return {};
  },
);

export const deleteDevices = customEndpoint(
  {
    name: 'adminDeleteDevices',
    method: 'POST',
    path: `${V2}/users/{userId}/delete_devices`,
    auth: 'admin',
    bodySchema: {
      type: 'object',
      properties: { devices: { type: 'array', items: { type: 'string' } } },
      required: ['devices'],
    },
  },
  async ({ params, body, services }) => {
    await services.accounts.userAdministration.deleteDevices(params.userId, body.devices);
    return {};
  },
);

/** As for people who register, but that names which the server keeps for itself are told apart. */
export const isUsernameAvailable = customEndpoint(
  { name: 'adminIsUsernameAvailable', method: 'GET', path: `${V1}/username_available`, auth: 'admin' },
  async ({ query, services }) => {
    const { users } = services.accounts;
    await users.checkFree(users.userIdFor(requiredQuery(query, 'username')));
    return { available: true };
  },
);

function presentDevice(userId: string, { deviceId, displayName, lastSeenTs, lastSeenIp }: Device) {
  return {
    device_id: deviceId,
    display_name: displayName,
    last_seen_ts: lastSeenTs,
    last_seen_ip: lastSeenIp,
    last_seen_user_agent: null,
    user_id: userId,
  };
}
