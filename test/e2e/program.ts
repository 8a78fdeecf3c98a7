import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { areScreensTaken, freePort, ROOT } from './page-browser.js';

export interface Program {
  readonly url: string;
  stop(): Promise<void>;
}

/** The program as `npm start` runs it, without any key and with a home of its own. */
export async function startProgram(
  more: readonly string[] = [],
  settings: NodeJS.ProcessEnv = {},
): Promise<Program> {
  const home = mkdtempSync(join(tmpdir(), 'program-e2e-'));
  const port = await freePort();
  const started = spawn(
    process.execPath,
    [
      join(ROOT, 'bin/mmdagent-bridge.js'),
      'start',
      '--foreground',
      '--no-open',
      '--page-port',
      String(port),
      '--link',
      // Pictures show the usual port.
      `ws-listen://127.0.0.1:${areScreensTaken ? 9001 : await freePort()}/chat`,
      ...more,
    ],
    {
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        XDG_RUNTIME_DIR: home,
        BRIDGE_TTS_ENGINE: 'embedded',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  await untilPrinted(started, 'Open http');
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: async () => {
      const ended = new Promise((resolve) => started.once('exit', resolve));
      started.kill('SIGTERM');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function untilPrinted(program: ChildProcess, wanted: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    program.stderr?.on('data', (data) => {
      said += String(data);
    });
    program.stdout?.on('data', (data) => {
      said += String(data);
      if (said.includes(wanted)) resolve();
    });
    program.once('exit', (code) => reject(new Error(`It ended with ${code}: ${said.slice(-800)}`)));
  });
}
