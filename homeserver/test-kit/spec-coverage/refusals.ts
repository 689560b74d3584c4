/** How an operation is refused. */
interface Refusal {
  readonly status: number;
  readonly errcode: string;
  /** What the specification says that allows it. */
  readonly why: string;
}

const NO_PHONES =
  'There are no phone numbers here. "The homeserver does not support adding a third party identifier of the given medium."';
const NO_IDENTITY_SERVER =
  'There is no identity server. "The client\'s request used a third-party server, e.g. identity server, that this server does not trust."';
const FROZEN =
  'Media without authentication are frozen from the first day. "This endpoint MAY return 404 M_NOT_FOUND for media which exists, but is after the server froze unauthenticated media access."';

/**
 * Operations that are refused, as the specification allows: at most ten.
 *
 * Source: Client-Server API v1.19.
 */
export const REFUSALS: Readonly<Record<string, Refusal>> = {
  requestTokenToRegisterMSISDN: { status: 400, errcode: 'M_THREEPID_MEDIUM_NOT_SUPPORTED', why: NO_PHONES },
  requestTokenTo3PIDMSISDN: { status: 400, errcode: 'M_THREEPID_MEDIUM_NOT_SUPPORTED', why: NO_PHONES },
  requestTokenToResetPasswordMSISDN: {
    status: 400,
    errcode: 'M_THREEPID_MEDIUM_NOT_SUPPORTED',
    why: NO_PHONES,
  },
  bind3PID: { status: 403, errcode: 'M_SERVER_NOT_TRUSTED', why: NO_IDENTITY_SERVER },
  inviteBy3PID: {
    status: 403,
    errcode: 'M_FORBIDDEN',
    why: 'There is no identity server to ask whose address it is.',
  },
  getContent: { status: 404, errcode: 'M_NOT_FOUND', why: FROZEN },
  getContentOverrideName: { status: 404, errcode: 'M_NOT_FOUND', why: FROZEN },
  getContentThumbnail: { status: 404, errcode: 'M_NOT_FOUND', why: FROZEN },
};

/** The same of the Server-Server API. */
export const FEDERATION_REFUSALS: Readonly<Record<string, Refusal>> = {
  'federation.queryInfo': {
    status: 404,
    errcode: 'M_UNRECOGNIZED',
    why: 'There are no queries beside `directory` and `profile`, which are operations of their own.',
  },
};
