import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/doctor/index.js';
import { type CliRig, cliRig } from '../cli/rig.js';

/** Loopback only, outside what systems give out by themselves. */
const PORTS = { page: 20_530, peer: 20_531, server: 20_532 } as const;

// Other systems have other tables of sockets: their readers are tried on samples.
describe.runIf(process.platform === 'linux')('doctor with the socket table of Linux', () => {
  let rig: CliRig;
  let server: Server;
  let peer: ChildProcess;
  let peerOutput = '';
  let client: Socket | undefined;
  const connections: Socket[] = [];

  beforeAll(async () => {
    rig = cliRig();
    // No daemon is started here, and the rig looks for them at its end.
    mkdirSync(join(rig.directory, 'mmdagent-bridge'));
    server = createServer((socket) => connections.push(socket));
    await new Promise<void>((resolve) => server.listen(PORTS.server, '127.0.0.1', resolve));
    // The name is all that the table tells of a program.
    const program = join(rig.directory, 'MMDAgent-EX');
    copyFileSync(process.execPath, program);
    rig.file(
      'peer.js',
      `require('net').createServer(() => console.log('connected')).listen(${PORTS.peer}, '127.0.0.1', () => console.log('up'));`,
    );
    peer = spawn(program, ['peer.js'], {
      cwd: rig.directory,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve) => {
      peer.stdout?.on('data', (data) => {
        peerOutput += data;
        resolve();
      });
    });
  });
  afterAll(async () => {
    client?.destroy();
    const ended = new Promise((resolve) => peer.once('exit', resolve));
    peer.kill('SIGKILL');
    await ended;
    await new Promise((resolve) => server.close(resolve));
    await rig.close();
  });

  async function look(link: string): Promise<readonly Finding[]> {
    const { stdout } = await rig.run(
      'doctor',
      '--json',
      '--no-tone',
      '--page-port',
      String(PORTS.page),
      '--link',
      link,
    );
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Finding);
  }

  const valuesOf = (findings: readonly Finding[], id: string) =>
    findings.find((one) => one.id === id)?.values;

  it('names who holds the port of a link', async () => {
    const found = await look(`ws-listen://127.0.0.1:${PORTS.server}/chat`);
    expect(valuesOf(found, 'ports.taken')).toMatchObject({ port: PORTS.server, pid: process.pid });
  });

  it('never connects to where MMDAgent-EX should listen', async () => {
    const found = await look(`tcp://127.0.0.1:${PORTS.server}`);
    expect(valuesOf(found, 'ports.notPeer')).toMatchObject({ pid: process.pid });
    expect(connections).toEqual([]);
  });

  it('sees MMDAgent-EX listen, without connecting', async () => {
    const found = await look(`tcp://127.0.0.1:${PORTS.peer}`);
    expect(valuesOf(found, 'ports.peerListens')).toMatchObject({ pid: peer.pid });
    // Others may run on this machine too.
    expect(
      found.filter(({ id, values }) => id === 'ports.peerAlone' && values['pid'] === peer.pid),
    ).toHaveLength(1);
    expect(peerOutput).toBe('up\n');
  });

  it('sees a second program on the port of MMDAgent-EX', async () => {
    client = connect(PORTS.peer, '127.0.0.1');
    await new Promise((resolve) => client?.once('connect', resolve));
    const found = await look(`tcp://127.0.0.1:${PORTS.peer}`);
    expect(valuesOf(found, 'ports.secondClient')).toMatchObject({ pid: process.pid, port: PORTS.peer });
    expect(peerOutput).toBe('up\nconnected\n');
  });
});
