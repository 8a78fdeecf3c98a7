import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runLipsync } from '../../../src/cli/commands/lipsync.js';
import { createContext } from '../../../src/cli/context.js';
import { exitCodeOf } from '../../../src/cli/exit-codes.js';
import { resolveConfig } from '../../../src/config/index.js';
import { SystemClock } from '../../../src/runtime/index.js';
import { FakePlayback } from '../../support/fake-playback.js';
import { type DialledPeer, dialIn, freePort } from '../daemon/rig.js';

export interface LipsRun {
  readonly playback: Promise<FakePlayback>;
  readonly ended: Promise<{ readonly code: number; readonly error: unknown }>;
  /** What a terminal user presses. */
  readonly press: (key: string) => void;
  readonly stdin: PassThrough;
  readonly drain: () => void;
  /** Ctrl-C once more. */
  readonly quit: () => void;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** The command in this process, with a daemon of its own, a loudspeaker of ours and a simulated MMDAgent-EX that dials in. */
export async function lipsRig() {
  const clock = new SystemClock();
  const directory = mkdtempSync(join(tmpdir(), 'bridge-lips-'));
  const port = await freePort();
  const dialled: DialledPeer = dialIn(port);
  const mouth: { readonly atMs: number; readonly opening: number }[] = [];
  dialled.peer.events.on('mouth', ({ a, i, u, o }, atMs) => mouth.push({ atMs, opening: a + i + u + o }));
  const runs: LipsRun[] = [];

  const start = async (args: Record<string, unknown>, isTerminal = false): Promise<LipsRun> => {
    const keys = isTerminal ? { isTTY: true, setRawMode: () => {} } : {};
    const stdin = Object.assign(new PassThrough(), keys);
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const drain = new AbortController();
    const quit = new AbortController();
    const env = { XDG_RUNTIME_DIR: directory };
    const io = {
      stdin,
      stdout,
      stderr,
      env,
      drain: drain.signal,
      quit: quit.signal,
      isTerminal,
    };
    const flags = { link: [`tcp-listen://127.0.0.1:${port}`], 'ready-timeout-ms': '3000', ...args };
    const resolved = await resolveConfig({ flags, env: {} });
    const context = createContext({
      ...{ io, args: { foreground: true, ...args }, resolved, version: 'test' },
      reload: async () => resolved,
    });
    let tell: (playback: FakePlayback) => void = () => {};
    const playback = new Promise<FakePlayback>((resolve) => {
      tell = resolve;
    });
    let said = '';
    let printed = '';
    stderr.on('data', (data) => {
      said += data;
    });
    stdout.on('data', (data) => {
      printed += data;
    });
    const parts = {
      clock,
      openPlayback: async ({ sampleRateHz }: { sampleRateHz: number }) => {
        const made = new FakePlayback(clock, { sampleRateHz });
        tell(made);
        return made;
      },
    };
    const ended = runLipsync(context, parts).then(
      (code) => ({ code, error: undefined }),
      (error: unknown) => ({ code: exitCodeOf(error), error }),
    );
    const run = {
      playback,
      ended,
      press: (key: string) => stdin.write(key),
      stdin,
      drain: () => drain.abort(),
      quit: () => quit.abort(),
      stdout: () => printed,
      stderr: () => said,
    };
    runs.push(run);
    return run;
  };
  return {
    clock,
    start,
    dialled,
    mouth,
    /** How far the mouth is open now. */
    openingNow: () => mouth.at(-1)?.opening ?? 0,
    file: (name: string, content: string | Uint8Array) => {
      const path = join(directory, name);
      writeFileSync(path, content);
      return path;
    },
    close: async () => {
      for (const run of runs) run.drain();
      await Promise.all(runs.map(({ ended }) => ended));
      dialled.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
