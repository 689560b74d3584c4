import type { Endpoint } from '../../endpoint.ts';
import { sendToDevice } from './send-to-device.ts';

export const toDeviceEndpoints: readonly Endpoint[] = [sendToDevice];
