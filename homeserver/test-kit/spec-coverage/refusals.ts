/**
 * Operations that are refused, as the specification allows: at most ten. By operation: the status and error code that
 * tests have to see, and the sentence that allows it.
 *
 * Source: Client-Server API v1.19.
 */
export const REFUSALS: Readonly<Record<string, { readonly status: number; readonly why: string }>> = {
  requestTokenToRegisterMSISDN: {
    status: 403,
    why: 'There are no phone numbers here. "The homeserver does not permit the third-party identifier to be registered."',
  },
  requestTokenTo3PIDMSISDN: {
    status: 403,
    why: 'As above: "The third-party identifier is not allowed on the homeserver."',
  },
  requestTokenToResetPasswordMSISDN: {
    status: 403,
    why: 'As above: "The homeserver does not allow the third-party identifier."',
  },
  bind3PID: {
    status: 403,
    why: 'There is no identity server. "M_SERVER_NOT_TRUSTED: The client\'s request used a third-party server, e.g. identity server, that this server does not trust."',
  },
  getContent: {
    status: 404,
    why: 'Media without authentication are frozen from the first day. "This endpoint MAY return 404 M_NOT_FOUND for media which exists, but is after the server froze unauthenticated media access."',
  },
  getContentOverrideName: { status: 404, why: 'As above.' },
  getContentThumbnail: { status: 404, why: 'As above.' },
  getWellknownPolicy: {
    status: 404,
    why: 'This is no policy server. "404: No policy server information available."',
  },
};
