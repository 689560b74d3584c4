import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';

const READY_WITHIN_MS = 30_000;
const KEYS = { accessKey: 'guildhall', secretKey: 'a secret for tests' };

/** A real S3 server in a process of its own, on this machine alone, with an empty bucket. */
export interface S3Process {
  readonly endpoint: string;
  readonly bucket: string;
  readonly keys: { readonly accessKey: string; readonly secretKey: string };
  /** As a server is configured for it. */
  readonly configuration: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts the program and waits until it has made the bucket. Stop it after the test. */
export async function startS3(program: string): Promise<S3Process> {
  const folder = await mkdtemp(join(tmpdir(), 'guildhall-s3-'));
  const [objects, notes] = [join(folder, 'objects'), join(folder, 'notes')];
  await mkdir(objects);
  await mkdir(notes);
  const port = await freePort();
  const options = ['--port', `127.0.0.1:${port}`, '--access', KEYS.accessKey, '--secret', KEYS.secretKey];
  const child = spawn(program, [...options, '--quiet', 'posix', '--sidecar', notes, objects], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = once(child, 'exit');
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true });
  };
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await makeBucket(endpoint))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`the S3 server did not start: ${output}`);
    }
    await delay(50);
  }
  const configuration = {
    MEDIA_URL: 's3://media/of/guildhall',
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY: KEYS.accessKey,
    S3_SECRET_KEY: KEYS.secretKey,
    S3_PATH_STYLE: 'on',
  };
  return { endpoint, bucket: 'media', keys: KEYS, configuration, stop };
}

async function makeBucket(endpoint: string): Promise<boolean> {
  const credentials = { accessKeyId: KEYS.accessKey, secretAccessKey: KEYS.secretKey };
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  try {
    await client.send(new CreateBucketCommand({ Bucket: 'media' }));
    return true;
  } catch {
    return false;
  } finally {
    client.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
