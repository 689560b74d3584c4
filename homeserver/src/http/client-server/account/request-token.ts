import type { EmailPurpose } from '../../../accounts/index.ts';
import { MatrixError } from '../../../protocol/errors.ts';
import { addressGroup } from '../../client-address.ts';
import { type Call, type Endpoint, endpoint } from '../../endpoint.ts';

type MailCall = Pick<
  Call<
    unknown,
    { client_secret: string; email: string; send_attempt: number; next_link?: string },
    undefined
  >,
  'body' | 'ip' | 'services' | 'takeFromLimit'
>;

/** Sends a mail with a link. What is sent counts by the sender's address and by that of the mail. */
async function requestMail(
  purpose: EmailPurpose,
  { body, ip, services, takeFromLimit }: MailCall,
): Promise<object> {
  takeFromLimit('mailSender', addressGroup(ip));
  takeFromLimit('mailReceiver', body.email.toLowerCase());
  const sid = await services.accounts.emails.requestToken(purpose, {
    email: body.email,
    clientSecret: body.client_secret,
    sendAttempt: body.send_attempt,
    nextLink: body.next_link,
  });
  return { sid };
}

function refusePhone(): never {
  throw new MatrixError(
    400,
    'M_THREEPID_MEDIUM_NOT_SUPPORTED',
    'This server keeps no telephone numbers: use a mail address',
  );
}

/** Asks people to confirm a mail address by a link, before they register, to have a new password, to add it. */
export const requestTokenEndpoints: readonly Endpoint[] = [
  endpoint('requestTokenToRegisterEmail', {}, (call) => requestMail('register', call)),
  endpoint('requestTokenToResetPasswordEmail', {}, (call) => requestMail('password', call)),
  endpoint('requestTokenTo3PIDEmail', {}, (call) => requestMail('add', call)),
  endpoint('requestTokenToRegisterMSISDN', {}, refusePhone),
  endpoint('requestTokenToResetPasswordMSISDN', {}, refusePhone),
  endpoint('requestTokenTo3PIDMSISDN', {}, refusePhone),
];
