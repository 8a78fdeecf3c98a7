import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/doctor/index.js';
import { freePort } from '../../support/free-port.js';
import { type CliRig, cliRig } from '../cli/rig.js';

// Other systems have other tables of sockets: their readers are tried on samples.
describe.runIf(process.platform === 'linux')('doctor with the socket table of Linux', () => {
  let rig: CliRig;
  let server: Server;
  let peer: ChildProcess;
  let peerOutput = '';
  let client: Socket | undefined;
  /** Of loopback; the first is free, the others are held here. */
  const ports = { page: 0, peer: 0, server: 0 };
  const connections: Socket[] = [];

  beforeAll(async () => {
    rig = cliRig();
    // No daemon is started here, and the rig looks for them at its end.
    mkdirSync(join(rig.directory, 'mmdagent-bridge'));
    server = createServer((socket) => connections.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports.server = (server.address() as AddressInfo).port;
    ports.page = await freePort();
    // The name is all that the table tells of a program.
    const program = join(rig.directory, 'MMDAgent-EX');
    copyFileSync(process.execPath, program);
    rig.file(
      'peer.js',
      `const server = require('net').createServer(() => console.log('connected'));
      server.listen(0, '127.0.0.1', () => console.log('up ' + server.address().port));`,
    );
    peer = spawn(program, ['peer.js'], {
      cwd: rig.directory,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve) => {
      peer.stdout?.on('data', (data) => {
        peerOutput += data;
        if (peerOutput.includes('\n')) resolve();
      });
    });
    ports.peer = Number(/^up (\d+)\n/.exec(peerOutput)?.[1]);
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
      String(ports.page),
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
    const found = await look(`ws-listen://127.0.0.1:${ports.server}/chat`);
    expect(valuesOf(found, 'ports.taken')).toMatchObject({ port: ports.server, pid: process.pid });
  });

  it('never connects to where MMDAgent-EX should listen', async () => {
    const found = await look(`tcp://127.0.0.1:${ports.server}`);
    expect(valuesOf(found, 'ports.notPeer')).toMatchObject({ pid: process.pid });
    expect(connections).toEqual([]);
  });

  it('sees MMDAgent-EX listen, without connecting', async () => {
    const found = await look(`tcp://127.0.0.1:${ports.peer}`);
    expect(valuesOf(found, 'ports.peerListens')).toMatchObject({ pid: peer.pid });
    // Others may run on this machine too.
    expect(
      found.filter(({ id, values }) => id === 'ports.peerAlone' && values['pid'] === peer.pid),
    ).toHaveLength(1);
    expect(peerOutput).toBe(`up ${ports.peer}\n`);
  });

  it('sees a second program on the port of MMDAgent-EX', async () => {
    client = connect(ports.peer, '127.0.0.1');
    await new Promise((resolve) => client?.once('connect', resolve));
    const found = await look(`tcp://127.0.0.1:${ports.peer}`);
    expect(valuesOf(found, 'ports.secondClient')).toMatchObject({ pid: process.pid, port: ports.peer });
    expect(peerOutput).toBe(`up ${ports.peer}\nconnected\n`);
  });
});
