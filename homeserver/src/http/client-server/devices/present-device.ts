import type { Device } from '../../../accounts/index.ts';

/** A device, as clients get it. */
export function presentDevice({ deviceId, displayName, lastSeenTs, lastSeenIp }: Device): object {
  return {
    device_id: deviceId,
    ...(displayName !== null && { display_name: displayName }),
    ...(lastSeenTs !== null && { last_seen_ts: lastSeenTs }),
    ...(lastSeenIp !== null && { last_seen_ip: lastSeenIp }),
  };
}
