import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as it arrived. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Head and body, as they were sent. */
  readonly source: string;
  /** The link in the plain text. */
  readonly link: string;
}

/** A mail server that keeps what it gets. */
export interface TestMailServer {
  /** For `SMTP_URL`. */
  readonly url: string;
  readonly mails: readonly ReceivedMail[];
  /** Whether mails are turned away. */
  refuse: boolean;
  /** How many were turned away. */
  readonly refusals: number;
  /** The next mail for this address that nobody has taken yet; it has arrived already. */
  take(to: string): ReceivedMail;
  stop(): Promise<void>;
}

/** Starts a mail server on a free port. */
export async function startMailServer(): Promise<TestMailServer> {
  const mails: ReceivedMail[] = [];
  const state = { refuse: false, refusals: 0 };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (state.refuse) {
          state.refusals += 1;
          return done(new Error('no mail today'));
        }
        const source = Buffer.concat(chunks).toString();
        mails.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          source,
          link: linkIn(source),
        });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    get refuse() {
      return state.refuse;
    },
    get refusals() {
      return state.refusals;
    },
    set refuse(value: boolean) {
      state.refuse = value;
    },
    take(to) {
      const index = mails.findIndex((mail) => mail.to.includes(to));
      const [mail] = index < 0 ? [] : mails.splice(index, 1);
      if (mail === undefined) throw new Error(`there is no mail for ${to}`);
      return mail;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The first link, whose lines quoted-printable has broken. */
function linkIn(source: string): string {
  const text = source.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_match, code: string) => {
    return String.fromCharCode(Number.parseInt(code, 16));
  });
  return /https?:\/\/\S+/.exec(text)?.[0] ?? '';
}
