import { adminEndpoints } from './admin/index.ts';
import { accountEndpoints } from './client-server/account/index.ts';
import { accountDataEndpoints } from './client-server/account-data/index.ts';
import { appserviceEndpoints } from './client-server/appservice/index.ts';
import { authFallbackEndpoints } from './client-server/auth-fallback/index.ts';
import { dehydratedDeviceEndpoints } from './client-server/dehydrated-device/index.ts';
import { delayedEventEndpoints } from './client-server/delayed-events/index.ts';
import { deviceEndpoints } from './client-server/devices/index.ts';
import { directoryEndpoints } from './client-server/directory/index.ts';
import { discoveryEndpoints, tellVersionsOf } from './client-server/discovery/index.ts';
import { filterEndpoints } from './client-server/filters/index.ts';
import { keyBackupEndpoints } from './client-server/key-backup/index.ts';
import { keyEndpoints } from './client-server/keys/index.ts';
import { legacyEndpoints } from './client-server/legacy/index.ts';
import { loginEndpoints } from './client-server/login/index.ts';
import { mediaEndpoints } from './client-server/media/index.ts';
import { moderationEndpoints } from './client-server/moderation/index.ts';
import { presenceEndpoints } from './client-server/presence/index.ts';
import { profileEndpoints } from './client-server/profile/index.ts';
import { pushRuleEndpoints } from './client-server/push-rules/index.ts';
import { pusherEndpoints } from './client-server/pushers/index.ts';
import { receiptEndpoints } from './client-server/receipts/index.ts';
import { registrationEndpoints } from './client-server/registration/index.ts';
import { relationEndpoints } from './client-server/relations/index.ts';
import { reportingEndpoints } from './client-server/reporting/index.ts';
import { roomEndpoints } from './client-server/rooms/index.ts';
import { rtcEndpoints } from './client-server/rtc/index.ts';
import { searchEndpoints } from './client-server/search/index.ts';
import { syncEndpoints } from './client-server/sync/index.ts';
import { toDeviceEndpoints } from './client-server/to-device/index.ts';
import { typingEndpoints } from './client-server/typing/index.ts';
import { userDirectoryEndpoints } from './client-server/user-directory/index.ts';
import { voipEndpoints } from './client-server/voip/index.ts';
import type { Endpoint } from './endpoint.ts';
import { guildhallEndpoints } from './guildhall/index.ts';
import { liveKitEndpoints } from './livekit/index.ts';
import { oauthEndpoints } from './oauth/index.ts';
import { pushGatewayEndpoints } from './push-gateway/index.ts';

const endpoints: readonly Endpoint[] = [
  ...guildhallEndpoints,
  ...oauthEndpoints,
  ...discoveryEndpoints,
  ...roomEndpoints,
  ...relationEndpoints,
  ...directoryEndpoints,
  ...delayedEventEndpoints,
  ...receiptEndpoints,
  ...typingEndpoints,
  ...presenceEndpoints,
  ...searchEndpoints,
  ...reportingEndpoints,
  ...legacyEndpoints,
  ...voipEndpoints,
  ...rtcEndpoints,
  ...liveKitEndpoints,
  ...syncEndpoints,
  ...mediaEndpoints,
  ...loginEndpoints,
  ...registrationEndpoints,
  ...accountEndpoints,
  ...authFallbackEndpoints,
  ...moderationEndpoints,
  ...deviceEndpoints,
  ...keyEndpoints,
  ...toDeviceEndpoints,
  ...keyBackupEndpoints,
  ...dehydratedDeviceEndpoints,
  ...profileEndpoints,
  ...userDirectoryEndpoints,
  ...accountDataEndpoints,
  ...filterEndpoints,
  ...appserviceEndpoints,
  ...pusherEndpoints,
  ...pushGatewayEndpoints,
  ...pushRuleEndpoints,
  ...adminEndpoints,
];

/** The route table: every endpoint of the server. */
export const ROUTES: readonly Endpoint[] = [tellVersionsOf(endpoints), ...endpoints];
