import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { LIVEKIT_KEYS } from './fake-livekit.ts';

const READY_WITHIN_MS = 30_000;

/** A real LiveKit in a process of its own, on this machine alone. */
export interface LiveKitProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the program and waits until it answers. It begins no calls by itself. Stop it after the test. */
export async function startLiveKit(program: string): Promise<LiveKitProcess> {
  const [port, tcpPort, udpPort] = [await freePort(), await freePort(), await freePort()];
  const config = {
    port,
    bind_addresses: ['127.0.0.1'],
    rtc: { tcp_port: tcpPort, udp_port: udpPort, node_ip: '127.0.0.1', enable_loopback_candidate: true },
    room: { auto_create: false },
    keys: { [LIVEKIT_KEYS.LIVEKIT_API_KEY]: LIVEKIT_KEYS.LIVEKIT_API_SECRET },
  };
  const child = spawn(program, ['--config-body', JSON.stringify(config)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = once(child, 'exit');
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await fetch(`http://127.0.0.1:${port}`).catch(() => undefined))?.ok) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`LiveKit did not start: ${output}`);
    }
    await delay(50);
  }
  return {
    url: `ws://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
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
