import type { MailSender } from '../../accounts/index.ts';
import type { Logger } from '../../base/logger.ts';
import { MatrixError } from '../../protocol/errors.ts';
import { type MailText, writeConfirmationMail } from './confirmation-mail.ts';

export interface SmtpOptions {
  /** `smtp://USER:PASSWORD@HOST:PORT`, or `smtps://` for TLS from the first byte. */
  readonly url: string;
  /** Whom the mails are from, as in `Guildhall <noreply@example.org>`. */
  readonly from: string;
  readonly serverName: string;
  readonly logger: Logger;
}

/** A mail, ready to be sent. */
export interface Mail extends MailText {
  readonly to: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Transport = Awaited<ReturnType<typeof openTransport>>;

/** A person waits for the answer. */
const TIMEOUT_MS = 15_000;

/** Sends mail through an SMTP server. The library loads with the first mail; there is one connection a mail. */
export class SmtpMailSender implements MailSender {
  readonly #options: SmtpOptions;
  #transport: Promise<Transport> | undefined;

  constructor(options: SmtpOptions) {
    this.#options = options;
  }

  async sendConfirmation({
    to,
    purpose,
    link,
  }: Parameters<MailSender['sendConfirmation']>[0]): Promise<void> {
    await this.send({ to, ...writeConfirmationMail(purpose, this.#options.serverName, link) });
  }

  /** Sends a mail. @throws {MatrixError} 502 `M_UNKNOWN` if the server did not take it. */
  async send({ to, subject, text, html, headers = {} }: Mail): Promise<void> {
    const { url, from, logger } = this.#options;
    this.#transport ??= openTransport(url);
    const transport = await this.#transport;
    try {
      // An object, so that an address is never read as a list of them.
      await transport.sendMail({ from, to: { name: '', address: to }, subject, text, html, headers });
    } catch (error) {
      logger.warn('a mail could not be sent', { error });
      throw new MatrixError(502, 'M_UNKNOWN', 'The mail could not be sent: please try again later');
    }
  }
}

async function openTransport(url: string) {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    url,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // Texts are ours; nothing is to be read from files or addresses.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}
