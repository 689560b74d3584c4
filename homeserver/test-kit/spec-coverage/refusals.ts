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
};
